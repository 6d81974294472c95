"""Rows that are computed from rows, a moment after what they are made from was committed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from tests.server.ingest.conftest import Make, new_store
from tests.server.ingest.deliveries import body_of, deliver
from tests.server.ingest.workbench import Bench, new_connector, to_run


class RunCount(sdk.Row, table="run_count", key=("source", "repo")):
    """Runs per repository."""

    repo: Annotated[str, "The repository."]
    runs: Annotated[int, "How many there are."]


class Total(sdk.Row, table="total", key=("source", "name")):
    """Sums over everything."""

    name: Annotated[str, "What was summed up."]
    runs: Annotated[int, "How many there are."]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = new_store(tmp_path, RunCount, Total)
    found.open()
    yield found
    found.close()


def counting(calls: list[frozenset[tuple[str, str]] | None]) -> sdk.Connector:
    connector = new_connector()

    @connector.derivation(of=[sdk.PipelineRun], writes=[RunCount], by="repo")
    async def per_repo(ask: sdk.Derive) -> Iterable[sdk.Row]:
        """Count runs per repository."""
        calls.append(ask.changed)
        found = await ask.read("SELECT source, repo, count(*) AS runs FROM pipeline_run GROUP BY ALL")
        return [RunCount(**each) for each in found if (each["source"], each["repo"]) in (ask.changed or ())]

    @connector.derivation(of=[RunCount], writes=[Total])
    async def total(ask: sdk.Derive) -> Iterable[sdk.Row]:
        """Sum the counts up."""
        [found] = await ask.read("SELECT sum(runs)::BIGINT AS runs FROM run_count")
        return [Total(name="runs", runs=found["runs"] or 0)]

    return connector


async def until_derived(bench: Bench) -> None:
    for _ in range(500):
        await asyncio.sleep(0.02)
        if not bench.ingest.status["is_deriving"]:
            return
    raise AssertionError("derivations do not end")


async def test_derivations_follow_the_commits_that_touched_what_they_read(make: Make) -> None:
    calls: list[frozenset[tuple[str, str]] | None] = []
    bench = make("", counting(calls))
    await bench.ingest.start(is_collecting=False)
    await until_derived(bench)
    calls.clear()
    for number in range(5):
        await deliver(bench, body_of(number, repo="acme/a"), f"a{number}")
    await deliver(bench, body_of(9, repo="acme/b"), "b")
    await until_derived(bench)
    assert await bench.rows("run_count", "source, repo, runs") == [
        {"source": "demo", "repo": "acme/a", "runs": 5},
        {"source": "demo", "repo": "acme/b", "runs": 1},
    ]
    assert await bench.rows("total", "source, name, runs") == [{"source": "demo", "name": "runs", "runs": 6}]
    assert {pair for call in calls for pair in call or ()} == {("demo", "acme/a"), ("demo", "acme/b")}


async def test_only_what_was_touched_is_made_again(make: Make) -> None:
    calls: list[frozenset[tuple[str, str]] | None] = []
    bench = make("", counting(calls))
    await bench.store.write([to_run({"id": 1, "repo": "acme/a"}).stamped(source="demo")])
    await bench.ingest.start(is_collecting=False)
    await until_derived(bench)
    calls.clear()
    await deliver(bench, body_of(2, repo="acme/b"))
    await until_derived(bench)
    assert calls == [frozenset({("demo", "acme/b")})]
    assert len(await bench.rows("run_count")) == 2


async def test_rows_keep_the_source_of_what_they_were_made_from(make: Make) -> None:
    bench = make("", counting([]))
    await bench.store.write([to_run({"id": 1, "repo": "acme/a"}).stamped(source="gitlab")])
    assert await bench.ingest.derive() == 2
    assert await bench.rows("run_count", "source, repo") == [{"source": "gitlab", "repo": "acme/a"}]


async def test_derived_rows_whose_origin_is_gone_go_too(make: Make) -> None:
    bench = make("", counting([]))
    await bench.store.write([RunCount(source="demo", repo="acme/gone", runs=3)])
    await bench.store.write([Total(source="old", name="runs", runs=3)])
    await bench.ingest.derive("demo")
    assert await bench.rows("run_count") == []
    assert await bench.rows("total", "source, runs") == [{"source": "demo", "runs": 0}]


async def test_making_all_again_gives_the_same_rows(make: Make, store: Store) -> None:
    bench = make("", counting([]))
    for number in range(4):
        await deliver(bench, body_of(number, repo=f"acme/{number % 2}"), f"d{number}")
    await bench.ingest.derive()
    before = await bench.rows("run_count")
    await store.write(sdk.Replacement(RunCount, [], {"source": "demo"}))
    assert await bench.rows("run_count") == []
    await bench.ingest.derive()
    assert await bench.rows("run_count") == before


async def test_what_was_not_derived_before_a_crash_is_derived_at_the_start(make: Make) -> None:
    bench = make("", counting([]))
    await deliver(bench, body_of(1, repo="acme/a"))
    assert await bench.rows("run_count") == []
    again = make("", counting([]))
    await again.ingest.start(is_collecting=False)
    await until_derived(again)
    assert len(await again.rows("run_count")) == 1


async def test_a_derivation_that_fails_is_degraded_and_does_not_stop_the_others(make: Make) -> None:
    connector = counting([])
    is_broken = True

    @connector.derivation(of=[sdk.PipelineRun], writes=[RunCount])
    async def broken(ask: sdk.Derive) -> Iterable[sdk.Row]:
        """Break at first."""
        if is_broken:
            raise ValueError("broken")
        return []

    connector.derivations = {name: connector.derivations[name] for name in ("broken", "per_repo")}
    bench = make("", connector)
    await bench.ingest.start(is_collecting=False)
    await deliver(bench, body_of(1))
    for _ in range(200):
        await asyncio.sleep(0.02)
        if await bench.rows("run_count"):
            break
    assert len(await bench.rows("run_count")) == 1
    assert bench.ingest.status["degraded"] == {"demo/broken": "ValueError: broken"}
    is_broken = False
    connector.derivations.pop("per_repo")
    await deliver(bench, body_of(2), "d-2")
    await until_derived(bench)
    assert bench.ingest.status["degraded"] == {}


async def test_a_derivation_that_reads_what_it_writes_is_left_out(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    connector = new_connector()

    @connector.derivation(of=[RunCount], writes=[RunCount])
    async def loop(ask: sdk.Derive) -> Iterable[sdk.Row]:
        """Go round and round."""
        return [RunCount(repo="a", runs=1)]

    bench = make("", connector)
    assert "reads what it writes" in caplog.text
    assert await bench.ingest.derive() == 0


async def test_a_derivation_may_only_write_what_it_names(make: Make) -> None:
    connector = new_connector()

    @connector.derivation(of=[sdk.PipelineRun], writes=[RunCount])
    async def wrong(ask: sdk.Derive) -> Iterable[sdk.Row]:
        """Write elsewhere."""
        return [Total(name="x", runs=1)]

    with pytest.raises(sdk.PluginError, match="total"):
        await make("", connector).ingest.derive()


async def test_a_start_after_a_clean_stop_derives_nothing_again(make: Make) -> None:
    calls: list[frozenset[tuple[str, str]] | None] = []
    first = make("", counting(calls))
    await first.ingest.start(is_collecting=False)
    await deliver(first, body_of(1))
    await first.ingest.stop()
    before = len(calls)

    second = make("", counting(calls))
    await second.ingest.start(is_collecting=False)
    await until_derived(second)
    await second.ingest.stop()

    assert before
    assert len(calls) == before
    assert [row["runs"] for row in await second.rows("run_count", "runs")] == [1]


async def test_a_start_after_a_row_that_nobody_derived_from_makes_everything_again(make: Make) -> None:
    calls: list[frozenset[tuple[str, str]] | None] = []
    first = make("", counting(calls))
    await first.ingest.start(is_collecting=False)
    await deliver(first, body_of(1))
    await first.ingest.stop()
    await deliver(make(""), body_of(2), "behind the stop")

    second = make("", counting(calls))
    await second.ingest.start(is_collecting=False)
    await until_derived(second)
    await second.ingest.stop()

    assert [row["runs"] for row in await second.rows("run_count", "runs")] == [2]


async def test_a_change_of_the_settings_makes_everything_again(make: Make) -> None:
    calls: list[frozenset[tuple[str, str]] | None] = []
    first = make("", counting(calls))
    await first.ingest.start(is_collecting=False)
    await deliver(first, body_of(1))
    await first.ingest.stop()
    before = len(calls)

    second = make("", counting(calls))
    second.plugins.configured["demo"] = sdk.ConnectorSettings(base_url="http://elsewhere.example")
    await second.ingest.start(is_collecting=False)
    await until_derived(second)
    await second.ingest.stop()

    assert len(calls) > before


async def test_a_burst_is_derived_once_when_it_is_over(make: Make) -> None:
    calls: list[frozenset[tuple[str, str]] | None] = []
    bench = make("", counting(calls))
    await bench.ingest.start(is_collecting=False)
    await until_derived(bench)
    before = len(calls)

    for start in range(0, 2_000, 100):
        await bench.store.write([to_run({"id": start + place}).stamped(source="demo") for place in range(100)])
        await asyncio.sleep(0.05)
    await until_derived(bench)
    await bench.ingest.stop()

    assert len(calls) - before <= 2
    assert [row["runs"] for row in await bench.rows("run_count", "runs")] == [2_000]
