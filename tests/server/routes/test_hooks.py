"""Deliveries in and actions out, through HTTP."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import logging
from pathlib import Path

import orjson
import pytest

from datasource_server import sdk
from tests.server.routes.house import NOW, SECRET, Door, by_actions, opened, run, settings_in
from tests.server.routes.probe import PROBE, probe


def body_of(number: int = 900) -> bytes:
    return orjson.dumps(run("core", number).model_dump(mode="json", exclude={"source", "team"}))


def signed(body: bytes, identity: str = "one", secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Probe-Signature": digest, "X-Probe-Id": identity}


async def count(door: Door, number: int) -> int:
    (row,) = await door.house.store.rows("SELECT count(*) AS n FROM pipeline_run WHERE number = $number", number=number)
    return int(row["n"])


async def test_a_signed_delivery_is_stored_when_it_is_answered(door: Door) -> None:
    answer = await door.client.post("/hooks/probe/webhook", content=body_of(), headers=signed(body_of()))

    assert (answer.status_code, answer.json()) == (202, {"id": "one", "state": "parsed"})
    assert await count(door, 900) == 1


async def test_the_same_delivery_a_thousand_times_is_one_row(door: Door) -> None:
    """check 36: a delivery id counts once, however often and at once it comes."""
    deliveries = (
        door.client.post("/hooks/probe/webhook", content=body_of(), headers=signed(body_of())) for _ in range(1_000)
    )

    answers = await asyncio.gather(*deliveries)

    assert {each.status_code for each in answers} == {202}
    assert await count(door, 900) == 1


@pytest.mark.parametrize(
    "headers",
    [{}, signed(body_of(), secret="wrong"), signed(body_of(901)), {"X-Probe-Signature": "", "X-Probe-Id": "x"}],
    ids=["none", "wrong secret", "other body", "empty"],
)
async def test_an_unsigned_delivery_is_refused_and_leaves_nothing(door: Door, headers: dict[str, str]) -> None:
    """check 33: no signature, a wrong one, another body's."""
    answer = await door.client.post("/hooks/probe/webhook", content=body_of(), headers=headers)

    assert (answer.status_code, answer.json()) == (401, {"error": "no valid token or signature"})
    assert await count(door, 900) == 0


async def test_two_signatures_are_no_signature(door: Door) -> None:
    lines = [
        ("X-Probe-Signature", "0" * 64),
        ("X-Probe-Signature", signed(body_of())["X-Probe-Signature"]),
        ("X-Probe-Id", "one"),
    ]

    answer = await door.client.post("/hooks/probe/webhook", content=body_of(), headers=lines)

    assert answer.status_code == 401


async def test_a_signed_delivery_that_makes_no_sense_is_kept(door: Door) -> None:
    """check 41: authenticated but unparsable is a 2xx and a quarantined delivery."""
    answer = await door.client.post("/hooks/probe/webhook", content=b"<html>", headers=signed(b"<html>"))

    assert (answer.status_code, answer.json()["state"]) == (202, "quarantined")


async def test_a_delivery_larger_than_its_receiver_takes_is_refused(door: Door) -> None:
    """check 44: the receiver's own limit holds before the body is read whole."""
    large = b"x" * 100_001

    answer = await door.client.post("/hooks/probe/webhook", content=large, headers=signed(large))

    assert answer.status_code == 413


async def test_a_packed_delivery_is_checked_unpacked(door: Door) -> None:
    """check 25: what counts is the body that was signed, and its real size."""
    packed = gzip.compress(body_of())
    bomb = gzip.compress(bytes(50_000_000))

    taken = await door.client.post(
        "/hooks/probe/webhook", content=packed, headers=signed(body_of()) | {"Content-Encoding": "gzip"}
    )
    refused = await door.client.post(
        "/hooks/probe/webhook", content=bomb, headers=signed(bomb) | {"Content-Encoding": "gzip"}
    )

    assert (taken.status_code, refused.status_code) == (202, 413)


async def test_a_flood_of_forgeries_leaves_others_alone(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """check 42: while thousands are refused, a signed delivery is taken, and the log stays short."""
    with caplog.at_level(logging.INFO, "datasource_server.routes.failures"):
        flood = [
            door.client.post("/hooks/probe/webhook", content=b"{}", headers={"X-Probe-Id": str(each)})
            for each in range(2_000)
        ]
        signed_one = door.client.post("/hooks/probe/webhook", content=body_of(), headers=signed(body_of()))
        *refused, taken = await asyncio.gather(*flood, signed_one)

    assert taken.status_code == 202
    assert {each.status_code for each in refused} == {401}
    assert len(caplog.records) <= 60
    assert (await door.house.store.rows("SELECT count(*) AS n FROM delivery"))[0]["n"] == 1


async def test_a_full_queue_asks_to_come_back_and_loses_nothing(tmp_path: Path) -> None:
    """check 40: 503 with Retry-After and no 4xx; each delivery that was answered 202 is stored."""
    async with opened(settings_in(tmp_path, limits={"queue_rows": 5}, **PROBE), probe()) as door:
        bodies = [body_of(number) for number in range(300)]
        sent = [
            door.client.post("/hooks/probe/webhook", content=body, headers=signed(body, str(number)))
            for number, body in enumerate(bodies)
        ]
        answers = await asyncio.gather(*sent)
        (stored,) = await door.house.store.rows("SELECT count(*) AS n FROM delivery")

    full = [each for each in answers if each.status_code == 503]
    assert full
    assert all(int(each.headers["retry-after"]) >= 1 for each in full)
    assert {each.status_code for each in answers} == {202, 503}
    assert stored["n"] == len(answers) - len(full)


async def test_a_delivery_is_never_taken_from_a_get(door: Door) -> None:
    answer = await door.client.get("/hooks/probe/webhook", headers=signed(b""))

    assert answer.status_code == 405


async def test_an_unknown_receiver_is_not_found(door: Door) -> None:
    answer = await door.client.post("/hooks/probe/nothing", content=b"{}", headers=signed(b"{}"))

    assert answer.status_code == 404


async def test_an_action_runs_once_a_key_for_who_has_the_role(guarded: Door) -> None:
    await guarded.house.store.write(
        [
            sdk.TeamMember(source="teams", name="core", login="lea", role="lead"),
            sdk.OwnerRule(source="teams", pattern="acme/core*", owner="core"),
        ]
    )
    asked = {"repo": "acme/core", "run_id": 7}
    headers = by_actions("olga") | {"Idempotency-Key": "one-click"}

    first = await guarded.client.post("/actions/probe/rerun", json=asked, headers=headers)
    again = await guarded.client.post("/actions/probe/rerun", json=asked, headers=headers)

    assert first.status_code == 202
    assert first.json()["jobId"] == again.json()["jobId"]
    deeds = await guarded.house.store.rows("SELECT outcome FROM audit WHERE login = 'olga' ORDER BY happened_at")
    assert [each["outcome"] for each in deeds] == ["asked", "done"]


async def test_an_action_without_the_role_is_forbidden_and_written_down(guarded: Door) -> None:
    answer = await guarded.client.post(
        "/actions/probe/rerun", json={"repo": "acme/core", "run_id": 7}, headers=by_actions("alice")
    )

    assert answer.status_code == 403
    deeds = await guarded.house.store.rows("SELECT outcome FROM audit WHERE login = 'alice'")
    assert [each["outcome"] for each in deeds] == ["refused"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"repo": "acme/core"}', 400),
        (b'{"repo": "acme/core", "run_id": 1, "more": 2}', 400),
        (b"[]", 400),
        (b"{", 400),
    ],
)
async def test_an_action_with_wrong_parameters_is_refused(guarded: Door, body: bytes, status: int) -> None:
    answer = await guarded.client.post("/actions/probe/rerun", content=body, headers=by_actions("olga"))

    assert answer.status_code == status
    assert answer.json()["error"]


async def test_an_action_is_never_run_from_a_get(guarded: Door) -> None:
    answer = await guarded.client.get("/actions/probe/rerun", headers=by_actions("olga"))

    assert answer.status_code == 405


def test_now_is_a_whole_second() -> None:
    assert NOW.microsecond == 0
