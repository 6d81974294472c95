"""Passes of collectors: cursors, isolation, failures, and the same end whatever breaks on the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from datasource_server import sdk
from datasource_server.ingest import Progress
from datasource_server.sdk import NotFound, Overloaded
from datasource_server.store import Store
from tests.server.ingest.conftest import Make
from tests.server.ingest.tool import Asked, Reply, paged, running
from tests.server.ingest.workbench import SCOPES, QuickClock, Seam, new_connector, to_run


async def test_a_pass_writes_its_rows_and_moves_the_cursor_to_its_beginning(make: Make) -> None:
    async with running(paged) as tool:
        bench = make(tool.url)
        began = bench.clock.now()
        [run] = await bench.ingest.collect("demo", "runs")
    assert (run.rows, run.requests, run.error, run.repo) == (6, 3, "", "acme/checkout")
    assert run.succeeded_at == began
    assert [row["source"] for row in await bench.rows("pipeline_run", "DISTINCT source")] == ["demo"]
    assert await bench.rows("cursor", "collector, scope, until") == [
        {"collector": "runs", "scope": "acme/checkout", "until": began}
    ]


async def test_the_first_pass_goes_back_so_far_and_the_next_begins_at_the_cursor_less_the_overlap(make: Make) -> None:
    async with running(paged) as tool:
        bench = make(tool.url, new_connector(overlap=timedelta(hours=1)))
        began = bench.clock.now()
        await bench.ingest.collect()
        await bench.clock.sleep(300)
        await bench.ingest.collect()
        await bench.ingest.collect(since=datetime(2024, 1, 1, tzinfo=UTC))
    asked = [each.query["since"] for each in tool.asked if "since" in each.query]
    wanted = [began - timedelta(days=90, hours=1), began - timedelta(hours=1), datetime(2024, 1, 1, tzinfo=UTC)]
    assert asked == [moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in wanted]


async def test_a_scope_that_fails_does_not_touch_the_others(make: Make) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(404, b"{}") if asked.query["scope"] == SCOPES[0] else paged(asked)

    async with running(answer) as tool:
        bench = make(tool.url, new_connector(lambda _: SCOPES))
        seen: list[Progress] = []
        runs = {run.scope: run for run in await bench.ingest.collect(progress=seen.append)}
    assert runs[SCOPES[0]].failures == 1
    assert "404" in runs[SCOPES[0]].error
    assert (runs[SCOPES[1]].rows, runs[SCOPES[1]].error) == (6, "")
    assert [each["scope"] for each in await bench.rows("cursor", "scope")] == [SCOPES[1]]
    assert sorted((each.done, each.scopes) for each in seen) == [(1, 2), (2, 2)]


async def test_failures_are_counted_and_the_last_success_stays(make: Make) -> None:
    async with running(paged) as tool:
        bench = make(tool.url)
        began = bench.clock.now()
        await bench.ingest.collect()
        tool.answer = lambda _: Reply(404, b"{}")
        for failures in (1, 2, 3):
            await bench.clock.sleep(300)
            [run] = await bench.ingest.collect()
            assert run.failures == failures
    [noted] = await bench.rows("collector_run", "failures, succeeded_at, error")
    assert noted["failures"] == 3
    assert noted["succeeded_at"] == began
    assert "404" in noted["error"]


async def test_a_plugin_that_raises_is_logged_with_its_traceback(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    connector = sdk.Connector("opssight_demo")

    @connector.collector(every=timedelta(minutes=5))
    async def runs(ctx: sdk.Context[Any]) -> sdk.Pages:
        """Break."""
        yield [to_run({"id": 1})]
        raise KeyError("finished_at")

    bench = make("", connector)
    with caplog.at_level(logging.ERROR):
        [run] = await bench.ingest.collect()
    assert run.error == "KeyError: 'finished_at'"
    assert run.rows == 1
    assert any(record.exc_info for record in caplog.records)


async def test_scopes_may_be_asked_for_and_their_failure_is_noted(make: Make) -> None:
    async def scopes(ctx: sdk.Context[Any]) -> Sequence[str]:
        return [item["name"] for item in await ctx.get("/repos")]

    replies = {"/repos": Reply(401, b"{}")}
    async with running(lambda asked: replies.get(asked.path) or paged(asked)) as tool:
        bench = make(tool.url, new_connector(scopes))
        [run] = await bench.ingest.collect()
        assert (run.scope, "401" in run.error) == ("", True)
        replies["/repos"] = Reply(body=b'[{"name": "acme/a"}, {"name": "acme/b"}, {"name": "acme/a"}]')
        runs = await bench.ingest.collect()
    assert sorted(each.scope for each in runs) == ["acme/a", "acme/b"]
    assert bench.ingest.status["degraded"] == {}


async def test_a_scope_that_backs_off_is_left_out_until_its_time(make: Make) -> None:
    """check 58"""
    async with running(lambda _: Reply(429, headers={"Retry-After": "900"})) as tool:
        bench = make(tool.url)
        collector = bench.plugins.connectors["demo"].collectors["runs"]
        passes = []
        for _ in range(6):
            passes.append(len(await bench.ingest.collecting.run("demo", collector, is_due_only=True)))
            await bench.clock.sleep(300)
    assert passes == [1, 0, 0, 1, 0, 0]
    assert len(tool.asked) == 2


async def test_the_same_scope_is_never_read_twice_at_once(make: Make) -> None:
    reading, most = 0, 0
    connector = sdk.Connector("opssight_demo")

    @connector.collector(every=timedelta(minutes=5))
    async def runs(ctx: sdk.Context[Any]) -> sdk.Pages:
        """Read slowly."""
        nonlocal reading, most
        reading += 1
        most = max(most, reading)
        await asyncio.sleep(0.02)
        reading -= 1
        yield []

    bench = make("", connector)
    await asyncio.gather(*(bench.ingest.collect() for _ in range(3)))
    assert most == 1


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_the_cursor_does_not_run_ahead_of_the_tool_whose_clock_is_off(make: Make, minutes: int) -> None:
    """check 63: what the tool stamps with its own slow clock while we read must not fall behind our cursor."""
    clock = QuickClock()
    began = clock.now()
    date = format_datetime(began + timedelta(minutes=minutes), usegmt=True)

    async with running(lambda _: Reply(headers={"Date": date})) as tool:
        bench = make(tool.url, clock=clock)
        await bench.ingest.collect()
        [cursor] = await bench.rows("cursor", "until")
    assert cursor["until"] == began + timedelta(minutes=min(minutes, 0))


async def test_a_collector_waits_while_the_store_is_full(make: Make, store: Store) -> None:
    async with running(paged) as tool:
        bench = make(tool.url)
        real, left = store.write, 3

        async def write(*changes: Any) -> Any:
            nonlocal left
            if left:
                left -= 1
                raise Overloaded("full", retry_after_seconds=2)
            return await real(*changes)

        bench.ingest.writing._store = Seam(store, write)  # type: ignore[assignment]
        [run] = await bench.ingest.collect()
    assert (run.error, run.rows) == ("", 6)
    assert bench.slept == [2, 2, 2]


async def test_replacements_stay_within_the_connector(make: Make) -> None:
    connector = sdk.Connector("opssight_demo")
    names = ["main", "old"]

    @connector.collector(every=timedelta(minutes=5))
    async def branches(ctx: sdk.Context[Any]) -> sdk.Pages:
        """Read branches whole."""
        rows = [sdk.Branch(repo="acme/a", name=name) for name in names]
        yield sdk.Replacement(sdk.Branch, rows, {"repo": "acme/a"})

    bench = make("", connector)
    await bench.store.write([sdk.Branch(source="other", repo="acme/a", name="theirs")])
    await bench.ingest.collect()
    names.remove("old")
    await bench.ingest.collect()
    assert await bench.rows("branch", "source, name") == [
        {"source": "demo", "name": "main"},
        {"source": "other", "name": "theirs"},
    ]


async def test_unknown_names_are_said(make: Make) -> None:
    bench = make("")
    with pytest.raises(NotFound, match="gitlab"):
        await bench.ingest.collect("gitlab")
    with pytest.raises(NotFound, match="jobs"):
        await bench.ingest.collect("demo", "jobs")
