"""Signed deliveries: who is believed, what is kept, and when it is answered."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from datasource_server import sdk
from datasource_server.ingest import Received
from datasource_server.sdk import NotFound, Overloaded, Rejected
from datasource_server.store import Store
from tests.server.ingest.conftest import Make, new_store
from tests.server.ingest.deliveries import body_of, deliver, signed
from tests.server.ingest.workbench import SECRET


async def test_a_signed_delivery_is_committed_when_it_is_answered(make: Make) -> None:
    bench = make()
    received = await deliver(bench, body_of(7))
    assert received == Received("d-1", "parsed", 1)
    [run] = await bench.rows("pipeline_run", "source, id")
    assert run == {"source": "demo", "id": "7"}
    [record] = await bench.rows("delivery")
    assert (record["id"], record["kind"], record["receiver"]) == ("d-1", "run", "hook")
    assert orjson.loads(record["body"]) == {"run": {"id": 7}}
    assert set(record["headers"]) == {"content-type", "x-delivery", "x-event"}
    [outcome] = await bench.rows("delivery", "state, rows, reason")
    assert outcome == {"state": "parsed", "rows": 1, "reason": ""}


async def test_a_delivery_that_comes_a_thousand_times_at_once_is_stored_once(make: Make) -> None:
    """check 36"""
    bench = make()
    body = body_of(3)
    received = await asyncio.gather(*(deliver(bench, body) for _ in range(1000)))
    assert {each.state for each in received} == {"parsed"}
    assert sum(not each.is_repeated for each in received) == 1
    for table in ("delivery", "pipeline_run"):
        assert len(await bench.rows(table)) == 1


async def test_a_delivery_that_comes_again_after_a_restart_changes_nothing(make: Make, store: Store) -> None:
    """check 36"""
    body = body_of(3)
    await deliver(make(), body)
    before = await make().rows("pipeline_run")
    bench = make()
    assert not (await deliver(bench, body)).is_repeated
    assert await bench.rows("pipeline_run") == before
    assert len(await bench.rows("delivery")) == 1


async def test_a_delivery_without_an_id_is_known_by_its_body(make: Make) -> None:
    bench = make()
    for run in (1, 1, 2):
        body = body_of(run)
        headers = {name: value for name, value in signed(body).items() if name != "X-Delivery"}
        await deliver(bench, body, headers=headers)
    assert len(await bench.rows("delivery")) == 2


FACTS: dict[str, dict[str, Any]] = {
    "queued": {"status": "queued", "updated_at": "2025-03-01T10:00:00Z"},
    "in_progress": {"status": "running", "updated_at": "2025-03-01T10:01:00Z"},
    "completed": {"status": "failure", "updated_at": "2025-03-01T10:05:00Z", "finished_at": "2025-03-01T10:05:00Z"},
    "re-run": {"status": "success", "updated_at": "2025-03-01T11:00:00Z", "attempt": 2},
}


async def test_in_whatever_order_the_news_of_a_run_come_the_end_is_the_same(make: Make) -> None:
    """check 37"""
    bench = make()
    orders = list(itertools.permutations(FACTS))
    for place, order in enumerate(orders):
        for name in order:
            await deliver(bench, body_of(place, **FACTS[name]), f"{place}-{name}")
    ends = await bench.rows(
        "pipeline_run", "attempt, status, finished_at, updated_at, count(*) AS orders", "true GROUP BY ALL"
    )
    assert [(end["attempt"], end["status"], end["orders"]) for end in ends] == [(1, "failure", 24), (2, "success", 24)]
    assert ends[0]["finished_at"] is not None


async def test_news_that_have_the_same_second_go_by_their_status(make: Make) -> None:
    """check 37"""
    bench = make()
    moment = "2025-03-01T10:00:00Z"
    for place, order in enumerate(itertools.permutations(("queued", "running", "success"))):
        for status in order:
            await deliver(bench, body_of(place, status=status, updated_at=moment), f"{place}-{status}")
    assert await bench.rows("pipeline_run", "DISTINCT status") == [{"status": "success"}]


@pytest.mark.parametrize("size", [1001, 100_000])
async def test_a_body_beyond_the_cap_is_refused_before_it_is_read(make: Make, size: int) -> None:
    bench = make(max_body_bytes=1000)
    body = b" " * size
    with pytest.raises(Rejected) as caught:
        await deliver(bench, body)
    assert caught.value.status == 413


def hold(held: threading.Event) -> None:
    held.wait(10)


async def test_a_full_queue_says_come_back_and_loses_nothing_that_it_took(make: Make, tmp_path: Path) -> None:
    """check 40"""
    store = new_store(tmp_path / "small", queue_rows=30)
    store.open()
    held = threading.Event()
    store.listen(lambda _: hold(held))
    bench = make(store=store)
    try:
        asked = [asyncio.create_task(deliver(bench, body_of(n), f"d-{n}")) for n in range(300)]
        await asyncio.sleep(0.3)
        assert store.queue_length() <= 30
        held.set()
        ended = await asyncio.gather(*asked, return_exceptions=True)
        taken = {each.id for each in ended if isinstance(each, Received)}
        refused = [each for each in ended if isinstance(each, Overloaded)]
        assert len(taken) + len(refused) == 300
        assert refused
        assert all(each.retry_after_seconds >= 1 for each in refused)
        assert {row["id"] for row in await bench.rows("delivery", "id")} == taken
        assert (await deliver(bench, body_of(1), "afterwards")).state == "parsed"
    finally:
        held.set()
        store.close()


async def test_too_many_bytes_at_once_say_come_back(make: Make) -> None:
    """check 40"""
    bench = make(in_flight_bytes=2000)
    bodies = [body_of(n, title="x" * 900) for n in range(5)]
    ended = await asyncio.gather(
        *(deliver(bench, body, f"d-{n}") for n, body in enumerate(bodies)), return_exceptions=True
    )
    assert sum(isinstance(each, Received) for each in ended) == 2
    assert sum(isinstance(each, Overloaded) for each in ended) == 3


async def test_the_delivery_its_outcome_and_its_rows_are_one_transaction(make: Make, store: Store) -> None:
    commits: list[set[str]] = []
    store.listen(lambda commit: commits.append(set(commit.touched)))
    await deliver(make(), body_of())
    assert commits == [{"delivery", "pipeline_run"}]


async def test_who_goes_away_does_not_stop_the_delivery(make: Make) -> None:
    bench = make()
    task = asyncio.create_task(deliver(bench, body_of()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(100):
        if await bench.rows("delivery"):
            break
        await asyncio.sleep(0.01)
    assert len(await bench.rows("pipeline_run")) == 1


async def test_unknown_doors_are_not_found(make: Make) -> None:
    bench = make()
    with pytest.raises(NotFound, match="gitlab"):
        await bench.ingest.receive("gitlab", "hook", {}, b"", {})
    with pytest.raises(NotFound, match="other"):
        await bench.ingest.receive("demo", "other", {}, b"", {})


async def test_the_query_reaches_the_receiver_as_headers(make: Make) -> None:
    seen: list[sdk.Delivery] = []
    connector = sdk.Connector("opssight_demo")

    @connector.receiver(verify=sdk.bearer_token())
    def upload(delivery: sdk.Delivery) -> list[sdk.Row]:
        """Take a file."""
        seen.append(delivery)
        return []

    bench = make("", connector)
    headers = {"Authorization": f"Bearer {SECRET}"}
    await bench.ingest.receive("demo", "upload", headers, b"<xml/>", {"repo": "acme/a"})
    assert seen[0].headers == {"query-repo": "acme/a"}
    assert seen[0].body == b"<xml/>"


async def test_a_flood_without_signatures_does_not_hold_others_up(make: Make) -> None:
    """check 42"""
    bench = make()

    async def flood() -> int:
        refused = 0
        for _ in range(3000):
            try:
                await deliver(bench, b"{}", headers={"X-Hub-Signature-256": "sha256=00"})
            except Rejected:
                refused += 1
            if refused % 50 == 0:
                await asyncio.sleep(0)
        return refused

    flooding = asyncio.create_task(flood())
    began = time.monotonic()
    received = await deliver(bench, body_of())
    assert time.monotonic() - began < 1
    assert received.state == "parsed"
    assert await flooding == 3000
