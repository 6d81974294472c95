"""What notifiers say, until somebody took it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest

from datasource_server import sdk
from datasource_server.outbound import Outbox
from tests.server.ingest.conftest import Make
from tests.server.ingest.deliveries import body_of, deliver
from tests.server.ingest.planted import TOKENS
from tests.server.ingest.tool import Reply, Tool, running
from tests.server.ingest.workbench import TOKEN, new_connector, to_run


def telling(url: str, composed: list[list[str]] | None = None) -> sdk.Connector:
    connector = new_connector()

    @connector.notifier(on=[sdk.PipelineRun])
    async def tell(ctx: sdk.Context[Any], rows: Sequence[sdk.Row]) -> Iterable[sdk.Message]:
        """Tell of new runs."""
        runs = [row for row in rows if isinstance(row, sdk.PipelineRun)]
        if composed is not None:
            composed.append([run.id for run in runs])
        return [
            sdk.Message(f"run {run.id}", f"{url}/in/s3cret-path", {"text": f"{run.id} {run.title}"}) for run in runs
        ]

    return connector


def told(tool: Tool) -> list[str]:
    return [orjson.loads(each.body)["text"] for each in tool.asked]


async def test_new_rows_are_told_once_and_changed_ones_not_again(make: Make) -> None:
    async with running(lambda _: Reply(200)) as tool:
        bench = make("", telling(tool.url))
        outbox = Outbox(bench.store, bench.plugins, bench.ingest)
        await deliver(bench, body_of(1, title="one", updated_at="2025-03-01T10:00:00Z"), "a")
        await deliver(bench, body_of(2, title="two"), "b")
        await deliver(bench, body_of(1, title="one again", updated_at="2025-03-01T11:00:00Z"), "c")
        for _ in range(3):
            await outbox.send_due()
        assert sorted(told(tool)) == ["1 one", "2 two"]
        assert {each.headers["idempotency-key"] for each in tool.asked} == {"run 1", "run 2"}
        assert "authorization" not in tool.asked[0].headers
    states = await bench.rows("notification", "state, count(*) AS n", "true GROUP BY ALL")
    assert states == [{"state": "sent", "n": 4}]


async def test_what_was_not_taken_is_tried_again_with_growing_pauses(make: Make) -> None:
    replies = [Reply(500), Reply(404), Reply(302)]
    async with running(lambda _: replies.pop(0) if replies else Reply(204, b"")) as tool:
        bench = make("", telling(tool.url))
        outbox = Outbox(bench.store, bench.plugins, bench.ingest)
        await deliver(bench, body_of(1, title="one"))
        pauses = []
        for _ in range(12):
            await outbox.send_due()
            pauses.append(len(tool.asked))
            await bench.clock.sleep(1)
    assert told(tool) == ["1 one"] * 4
    assert pauses == [1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4]
    [message] = await bench.rows("notification", "state, tries, error", "id = 'run 1'")
    assert message == {"state": "sent", "tries": 4, "error": ""}


async def test_a_message_that_was_composed_before_a_restart_is_sent_after_it(make: Make) -> None:
    async with running(lambda _: Reply(500)) as tool:
        bench = make("", telling(tool.url))
        outbox = Outbox(bench.store, bench.plugins, bench.ingest)
        await deliver(bench, body_of(1, title="one"))
        await deliver(bench, body_of(2, title="two"), "d-2")
        await outbox.send_due()
        tool.answer = lambda _: Reply(200)
        later = make("", telling(tool.url))
        await later.clock.sleep(60)
        await Outbox(later.store, later.plugins, later.ingest).send_due()
    assert sorted(told(tool)) == ["1 one", "1 one", "2 two", "2 two"]
    assert await later.rows("notification", "DISTINCT state") == [{"state": "sent"}]


async def test_in_the_end_it_gives_up_and_says_so(make: Make) -> None:
    async with running(lambda _: Reply(410)) as tool:
        bench = make("", telling(tool.url))
        outbox = Outbox(bench.store, bench.plugins, bench.ingest)
        await deliver(bench, body_of(1))
        for _ in range(40):
            await outbox.send_due()
            await bench.clock.sleep(3600)
    assert len(tool.asked) == 24
    states = await bench.rows("notification", "state, error", "id = 'run 1'")
    assert states == [{"state": "failed", "error": "answered 410"}]


async def test_the_trigger_is_in_the_transaction_of_the_rows(make: Make) -> None:
    bench = make("", telling("http://127.0.0.1:9"))
    Outbox(bench.store, bench.plugins, bench.ingest)
    commits: list[set[str]] = []
    bench.store.listen(lambda commit: commits.append(set(commit.touched)))
    await deliver(bench, body_of(1))
    assert commits == [{"delivery", "pipeline_run", "notification"}]


async def test_neither_secrets_nor_the_address_are_kept_or_sent(make: Make) -> None:
    """check 28"""
    async with running(lambda _: Reply(200)) as tool:
        bench = make("", telling(tool.url))
        outbox = Outbox(bench.store, bench.plugins, bench.ingest)
        await deliver(bench, body_of(1, title=f"leak {TOKENS['AWS key id']}"))
        await outbox.send_due()
    kept = str(await bench.rows("notification"))
    assert told(tool) == ["1 leak •••"]
    assert TOKENS["AWS key id"] not in kept
    assert "s3cret-path" not in kept
    assert TOKEN not in kept


async def test_a_notifier_that_fails_is_asked_again(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    connector = new_connector()
    is_broken = True

    @connector.notifier(on=[sdk.PipelineRun])
    async def tell(ctx: sdk.Context[Any], rows: Sequence[sdk.Row]) -> Iterable[sdk.Message]:
        """Break at first."""
        if is_broken:
            raise ValueError("no words")
        return []

    bench = make("", connector)
    outbox = Outbox(bench.store, bench.plugins, bench.ingest)
    await deliver(bench, body_of(1))
    await outbox.send_due()
    assert await bench.rows("notification", "state, error") == [{"state": "waiting", "error": "ValueError: no words"}]
    is_broken = False
    await bench.clock.sleep(60)
    await outbox.send_due()
    assert await bench.rows("notification", "state, error") == [{"state": "sent", "error": ""}]


async def test_a_clock_notifier_speaks_every_so_often_across_restarts(make: Make) -> None:
    def weekly(url: str) -> sdk.Connector:
        connector = new_connector()

        @connector.notifier(every=timedelta(days=7))
        async def report(ctx: sdk.Context[Any], rows: Sequence[sdk.Row]) -> Iterable[sdk.Message]:
            """Report."""
            assert rows == []
            return [sdk.Message(f"report {ctx.now:%Y-%m-%d}", url, {"text": f"{ctx.now:%Y-%m-%d}"})]

        return connector

    async with running(lambda _: Reply(200)) as tool:
        clock = make().clock
        for _ in range(20):
            bench = make("", weekly(tool.url), clock=clock)
            await Outbox(bench.store, bench.plugins, bench.ingest).send_due()
            await clock.sleep(86_400)
    assert told(tool) == ["2025-03-08", "2025-03-15"]


async def test_the_outbox_runs_by_itself(make: Make) -> None:
    async with running(lambda _: Reply(200)) as tool:
        bench = make("", telling(tool.url))
        outbox = Outbox(bench.store, bench.plugins, bench.ingest)
        await outbox.start()
        await bench.ingest.writing.write("demo", [to_run({"id": number}) for number in range(3)])
        for _ in range(200):
            await asyncio.sleep(0.02)
            if len(tool.asked) == 3:
                break
        await outbox.stop()
    assert len(tool.asked) == 3


async def test_a_receiver_that_does_not_answer_is_waited_for(make: Make) -> None:
    bench = make("", telling("http://127.0.0.1:9"), attempts=1)
    outbox = Outbox(bench.store, bench.plugins, bench.ingest)
    await deliver(bench, body_of(1))
    await outbox.send_due()
    states = await bench.rows("notification", "state, error", "id = 'run 1'")
    assert states == [{"state": "waiting", "error": "no answer (Unreachable)"}]
