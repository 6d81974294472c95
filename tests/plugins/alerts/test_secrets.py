"""Each receiver believes its own secret and no other."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from datasource_server.sdk import Rejected

from .house import OPSGENIE_SECRET, PAGERDUTY_SECRET, SECRET, alerts_house, opsgenie_action, pagerduty_event, signed

BODY = orjson.dumps(pagerduty_event("triggered", 0, "triggered"))
RIGHT = f"v1={signed(BODY, PAGERDUTY_SECRET)}"


@pytest.mark.parametrize(
    "header",
    [RIGHT, f"v1=00, {RIGHT}", f"{RIGHT},v1=00", f"v0=1,{RIGHT},v2=2", f"v1={signed(BODY, 'a first subscription')}"],
)
async def test_any_right_signature_of_several_is_enough(tmp_path: Path, header: str) -> None:
    async with alerts_house(tmp_path) as house:
        received = await house.post("pagerduty", BODY, {"X-PagerDuty-Signature": header})
        assert (received.state, received.rows) == ("parsed", 1)


@pytest.mark.parametrize(
    "header",
    [
        "",
        ",,,",
        "v1=",
        f"v1={signed(BODY, 'wrong')}",
        f"v1={signed(BODY, SECRET)}",
        f"v1={signed(BODY, OPSGENIE_SECRET)}",
        f"v1={signed(BODY, '')}",
        RIGHT.removeprefix("v1="),
        f"v2={signed(BODY, PAGERDUTY_SECRET)}",
        "v1=00," * 10 + RIGHT,
        "v1=ü",
    ],
)
async def test_no_other_signature_is(tmp_path: Path, header: str) -> None:
    async with alerts_house(tmp_path) as house:
        with pytest.raises(Rejected):
            await house.post("pagerduty", BODY, {"X-PagerDuty-Signature": header})
        assert await house.incidents() == []


@pytest.mark.parametrize("token", ["", "wrong", SECRET, PAGERDUTY_SECRET])
async def test_opsgenie_comes_in_by_its_own_token(tmp_path: Path, token: str) -> None:
    async with alerts_house(tmp_path) as house:
        with pytest.raises(Rejected):
            await house.post("opsgenie", opsgenie_action("Create", 0), {"X-OpsSight-Token": token})
        assert (await house.post("opsgenie", opsgenie_action("Create", 0))).state == "parsed"


async def test_who_holds_a_tool_s_secret_can_post_no_incidents(tmp_path: Path) -> None:
    body = orjson.dumps({"id": "1", "title": "x", "opened_at": "2026-03-02T09:00:00Z"})
    async with alerts_house(tmp_path) as house:
        for secret in (PAGERDUTY_SECRET, OPSGENIE_SECRET):
            with pytest.raises(Rejected):
                await house.post("incidents", body, {"X-OpsSight-Signature": f"sha256={signed(body, secret)}"})
        assert (await house.post("incidents", body)).rows == 1


async def test_the_shared_secret_opens_what_has_none_of_its_own(tmp_path: Path) -> None:
    async with alerts_house(tmp_path, pagerduty_secrets=[], opsgenie_secret="") as house:
        received = await house.post("pagerduty", BODY, {"X-PagerDuty-Signature": f"v1={signed(BODY, SECRET)}"})
        assert received.state == "parsed"
        await house.post("opsgenie", opsgenie_action("Create", 0), {"X-OpsSight-Token": SECRET})
        assert len(await house.incidents()) == 2


async def test_without_any_secret_nothing_comes_in(tmp_path: Path) -> None:
    nothing = {"webhook_secret": "", "pagerduty_secrets": [], "opsgenie_secret": ""}
    async with alerts_house(tmp_path, **nothing) as house:
        for receiver in ("pagerduty", "opsgenie", "incidents"):
            with pytest.raises(Rejected):
                await house.post(receiver, BODY)
        assert await house.incidents() == []


async def test_no_secret_of_a_delivery_is_kept(tmp_path: Path) -> None:
    async with alerts_house(tmp_path) as house:
        await house.post("opsgenie", opsgenie_action("Create", 0))
        (row,) = await house.store.rows("SELECT headers, body FROM delivery")
    assert OPSGENIE_SECRET not in str(row)
