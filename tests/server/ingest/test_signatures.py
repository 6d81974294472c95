"""Who is believed: signatures, rotated secrets and timestamps."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from datasource_server import sdk
from datasource_server.sdk import Rejected
from tests.server.ingest.conftest import Make
from tests.server.ingest.deliveries import body_of, deliver, signature, signed, taking_anything
from tests.server.ingest.workbench import SECRET


def without_signature(body: bytes) -> dict[str, str]:
    headers = signed(body)
    del headers["X-Hub-Signature-256"]
    return headers


REFUSED: dict[str, Callable[[bytes], dict[str, str]]] = {
    "wrong secret": lambda body: signed(body) | {"X-Hub-Signature-256": signature(body, "guess")},
    "empty secret": lambda body: signed(body) | {"X-Hub-Signature-256": signature(body, "")},
    "missing header": without_signature,
    "sha1 only": lambda body: (
        without_signature(body)
        | {"X-Hub-Signature": "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()}
    ),
    "truncated": lambda body: signed(body) | {"X-Hub-Signature-256": signature(body)[:-2]},
    "no hexadecimal": lambda body: signed(body) | {"X-Hub-Signature-256": "sha256=\udcff\u00e9"},
    "without its prefix": lambda body: signed(body) | {"X-Hub-Signature-256": signature(body)[7:]},
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_not_signed_is_refused_and_not_kept(make: Make, name: str) -> None:
    """check 33"""
    bench = make()
    body = body_of()
    with pytest.raises(Rejected) as caught:
        await deliver(bench, body, headers=REFUSED[name](body))
    assert caught.value.status == 401
    assert await bench.rows("delivery") == []
    assert bench.ingest.status["deliveries"] == {"demo/hook/rejected": 1}


async def test_upper_case_digits_are_the_same_signature(make: Make) -> None:
    """check 33"""
    body = body_of()
    upper = "sha256=" + signature(body)[7:].upper()
    received = await deliver(make(), body, headers=signed(body) | {"X-Hub-Signature-256": upper})
    assert received.state == "parsed"


async def test_both_secrets_are_accepted_while_one_is_rotated(make: Make) -> None:
    """check 33"""
    bench = make(settings={"webhook_secret": SecretStr("new"), "webhook_secret_before": SecretStr("old")})
    for secret in ("new", "old"):
        body = body_of(title=secret)
        headers = signed(body, secret) | {"X-Hub-Signature-256": signature(body, secret)}
        assert (await deliver(bench, body, headers=headers)).state == "parsed"
    body = body_of()
    with pytest.raises(Rejected):
        await deliver(bench, body, headers=signed(body))


async def test_a_body_that_was_written_anew_is_not_the_signed_one(make: Make) -> None:
    """check 34"""
    bench = make()
    body = b'{"run": {"id": 1}}'
    again = orjson.dumps(orjson.loads(body))
    assert again != body
    with pytest.raises(Rejected):
        await deliver(bench, again, headers=signed(body))


async def test_without_a_secret_everything_is_refused(make: Make) -> None:
    bench = make(settings={"webhook_secret": SecretStr("")})
    body = body_of()
    with pytest.raises(Rejected, match="no webhook_secret"):
        await deliver(bench, body, headers=signed(body) | {"X-Hub-Signature-256": signature(body, "")})


def grafana_headers(body: bytes, timestamp: str) -> dict[str, str]:
    digest = hmac.new(SECRET.encode(), timestamp.encode("utf-8", "replace") + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Signature": digest, "X-Time": timestamp}


@pytest.mark.parametrize(("seconds", "is_taken"), [(299, True), (-299, True), (301, False), (-301, False)])
async def test_a_timestamp_may_be_five_minutes_off(make: Make, seconds: int, is_taken: bool) -> None:
    """check 35"""
    bench = make("", taking_anything(sdk.timed_hmac_sha256("X-Signature", "X-Time")))
    body = body_of()
    headers = grafana_headers(body, str(int((bench.clock.now() + timedelta(seconds=seconds)).timestamp())))
    if is_taken:
        assert (await deliver(bench, body, headers=headers)).state == "parsed"
        return
    with pytest.raises(Rejected, match="300 s") as caught:
        await deliver(bench, body, headers=headers)
    assert caught.value.status == 401


@pytest.mark.parametrize("junk", ["", "now", "-5", "1e9", "٣٣٣", "9" * 400, "nan", "17\n", "\udcff"])
async def test_a_junk_timestamp_or_signature_is_a_refusal_and_no_crash(make: Make, junk: str) -> None:
    """check 35"""
    bench = make("", taking_anything(sdk.timed_hmac_sha256("X-Signature", "X-Time")))
    body = body_of()
    now = str(int(bench.clock.now().timestamp()))
    for headers in (grafana_headers(body, junk), grafana_headers(body, now) | {"X-Signature": junk}):
        with pytest.raises(Rejected) as caught:
            await deliver(bench, body, headers=headers)
        assert caught.value.status == 401


async def test_a_check_that_raises_something_else_is_a_refusal(make: Make) -> None:
    """check 35"""

    def verify(delivery: sdk.Delivery, secrets: Any) -> None:
        int("junk")

    bench = make("", taking_anything(verify))
    with pytest.raises(Rejected, match="ValueError"):
        await deliver(bench, b"{}", headers={})
