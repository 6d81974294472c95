"""Signed deliveries that can not be understood: kept, taken, and read again later."""

from __future__ import annotations

import orjson
import pytest

from datasource_server import sdk
from tests.server.ingest.conftest import Make
from tests.server.ingest.deliveries import body_of, deliver, taking_anything
from tests.server.ingest.workbench import new_connector, to_run

BAD: dict[str, bytes] = {
    "100,000 levels": b"[" * 100_000 + b"]" * 100_000,
    "5,000 digits": b'{"run": {"id": ' + b"9" * 5000 + b"}}",
    "NaN": b'{"run": {"id": NaN}}',
    "Infinity": b'{"run": {"id": -Infinity}}',
    "member twice": b'{"run": {"id": 1, "id": 2}}',
    "lone surrogate": b'{"run": {"id": "\\ud800"}}',
    "no UTF-8": b'{"run": {"id": "\xff\xfe"}}',
    "truncated": b'{"run": {"id": 1',
    "empty": b"",
    "text": b"hello",
    "NUL": b'{"run": {"id": 1}}\x00',
    "form": b"payload=%7B%7D",
    "another shape": b'{"run": {"identity": 1}}',
    "no object": b'{"run": 5}',
    "wrong types": b'{"run": {"id": 1, "created_at": "yesterday"}}',
    "year 999999": b'{"run": {"id": 1, "created_at": 99999999999999999999}}',
}


@pytest.mark.parametrize("name", BAD)
async def test_a_signed_body_that_can_not_be_understood_is_kept_and_taken(make: Make, name: str) -> None:
    """check 24, check 41"""
    bench = make()
    received = await deliver(bench, BAD[name])
    assert (received.state, received.rows) == ("quarantined", 0)
    [outcome] = await bench.rows("delivery", "state, reason")
    assert outcome["state"] == "quarantined"
    assert outcome["reason"]
    assert len(await bench.rows("delivery")) == 1
    assert await bench.rows("pipeline_run") == []


async def test_quarantined_deliveries_are_read_again_after_a_fix(make: Make) -> None:
    """check 41"""
    bench = make()
    for number in range(3):
        body = orjson.dumps({"run": {"identity": number}})
        await deliver(bench, body, f"new-{number}")
    await deliver(bench, body_of(99), "old")
    assert (await bench.ingest.replay("demo")).quarantined == 3

    fixed = new_connector()
    hook = fixed.receivers["hook"]

    def read(delivery: sdk.Delivery) -> list[sdk.Row]:
        run = delivery.json()["run"]
        return [to_run(run | {"id": run.get("identity", run.get("id"))})]

    fixed.receivers["hook"] = sdk.Receiver(
        hook.name, read, hook.verify, hook.id_header, hook.kind_header, hook.max_bytes, hook.doc
    )
    later = make("", fixed)
    await later.clock.sleep(60)
    replayed = await later.ingest.replay()
    assert (replayed.read, replayed.parsed, replayed.quarantined) == (3, 3, 0)
    assert [row["id"] for row in await later.rows("pipeline_run", "id")] == ["0", "1", "2", "99"]
    assert await later.rows("delivery", "DISTINCT state") == [{"state": "parsed"}]
    assert (await later.ingest.replay()).read == 0
    assert (await later.ingest.replay(only_quarantined=False)).parsed == 4


async def test_rows_that_the_store_refuses_quarantine_their_delivery(make: Make) -> None:
    """check 41"""

    class Stranger(sdk.Row, table="stranger", key=("source", "id")):
        """A table that nobody declared."""

        id: str

    connector = taking_anything(sdk.hmac_sha256("X-Hub-Signature-256", "sha256="))
    hook = connector.receivers["hook"]
    connector.receivers["hook"] = sdk.Receiver(
        hook.name, lambda _: [Stranger(id="1")], hook.verify, "x-delivery", "", hook.max_bytes, hook.doc
    )
    bench = make("", connector)
    received = await deliver(bench, body_of())
    assert received.state == "quarantined"
    [outcome] = await bench.rows("delivery", "reason")
    assert "stranger" in outcome["reason"]
