"""Grafana's public keys are kept, renewed, and outlive a short absence of Grafana."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from datasource_server.access import Access, IdentityRefused
from datasource_server.access.keys import MAX_BYTES, Keys
from datasource_server.sdk import Caller

from .grafana import KID, TRUST, Clock, SigningGrafana, headers


async def ask(access: Access, identity: str) -> Caller:
    """Ask through the data source with this identity."""
    return await access.json_caller(headers("datasource-token", X_Grafana_Id=identity))


async def test_many_requests_read_the_keys_once(access: Access, grafana: SigningGrafana) -> None:
    callers = await asyncio.gather(*(ask(access, grafana.identity()) for _ in range(20)))

    assert {caller.login for caller in callers} == {"alice"}
    assert grafana.asked == 1


async def test_who_comes_while_the_keys_are_first_read_waits_for_them(grafana: SigningGrafana) -> None:
    async def answer(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.05)
        grafana.asked += 1
        return httpx.Response(200, json=grafana.jwks())

    keys = Keys(TRUST.jwks_url, httpx.MockTransport(answer))
    found = await asyncio.gather(*(keys.find(KID) for _ in range(5)))

    assert None not in found
    assert grafana.asked == 1


async def test_an_unknown_key_id_is_looked_up_at_most_once_a_minute(
    access: Access, grafana: SigningGrafana, clock: Clock
) -> None:
    await ask(access, grafana.identity())
    grafana.keys["new"] = ec.generate_private_key(ec.SECP256R1())

    for _ in range(5):
        with pytest.raises(IdentityRefused, match="does not list"):
            await ask(access, grafana.identity(kid="new"))
    assert grafana.asked == 1

    clock.now += 61
    assert (await ask(access, grafana.identity(kid="new"))).login == "alice"
    assert grafana.asked == 2


async def test_a_key_that_grafana_withdrew_is_refused_after_minutes(
    access: Access, grafana: SigningGrafana, clock: Clock
) -> None:
    stolen = grafana.identity()
    await ask(access, stolen)
    grafana.keys = {"new": ec.generate_private_key(ec.SECP256R1())}

    clock.now += 301
    with pytest.raises(IdentityRefused):
        await ask(access, stolen)
    assert (await ask(access, grafana.identity(kid="new"))).login == "alice"


async def test_the_keys_stay_good_for_an_hour_while_grafana_is_away(
    access: Access, grafana: SigningGrafana, clock: Clock
) -> None:
    await ask(access, grafana.identity())
    grafana.away = True

    clock.now += 3_500
    assert (await ask(access, grafana.identity())).login == "alice"

    clock.now += 101
    with pytest.raises(IdentityRefused):
        await ask(access, grafana.identity())

    grafana.away = False
    clock.now += 61
    assert (await ask(access, grafana.identity())).login == "alice"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "http://evil.test/keys"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"keys": "none"}),
        httpx.Response(200, json={"keys": []}),
        httpx.Response(200, json={"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": KID}]}),
        httpx.Response(200, content=b" " * (MAX_BYTES + 1)),
        httpx.Response(200, content=b"\xff"),
    ],
)
async def test_an_answer_that_holds_no_keys_lets_nobody_in(answer: httpx.Response) -> None:
    keys = Keys(TRUST.jwks_url, httpx.MockTransport(lambda _: answer))

    found = await keys.find(KID)

    assert found is None


async def test_without_an_address_nobody_is_asked(grafana: SigningGrafana) -> None:
    found = await Keys("", grafana.transport()).find(KID)

    assert found is None
    assert grafana.asked == 0
