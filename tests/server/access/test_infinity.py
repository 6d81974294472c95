"""Infinity and the alert scheduler come with the login that Grafana's backend put into their own header."""

from __future__ import annotations

import pytest

from datasource_server.access import Access
from datasource_server.sdk import Unauthorised

from .grafana import SigningGrafana, headers


async def test_a_human_is_let_in(access: Access) -> None:
    caller = await access.infinity_caller(headers("infinity-token", X_OpsSight_User="alice"))

    assert caller.login == "alice"


@pytest.mark.parametrize(
    "login",
    [
        "",
        " ",
        "${__user.login}",
        "$${__user.login}",
        "$__user",
        "{user}",
        "grafana_scheduler",
        "Grafana_Scheduler",
        "alice, bob",
        "alice\x00",
        "alice\nX-Evil: 1",
        "a" * 201,
    ],
)
async def test_what_is_no_human_is_refused(access: Access, login: str) -> None:
    with pytest.raises(Unauthorised):
        await access.infinity_caller(headers("infinity-token", X_OpsSight_User=login))


async def test_a_missing_user_is_refused(access: Access) -> None:
    with pytest.raises(Unauthorised, match="exactly once"):
        await access.infinity_caller(headers("infinity-token"))


async def test_a_second_user_header_behind_the_data_sources_own_is_refused(access: Access) -> None:
    sent = [*headers("infinity-token", X_OpsSight_User="alice"), ("x-opssight-user", "admin")]

    with pytest.raises(Unauthorised, match="found 2"):
        await access.infinity_caller(sent)


async def test_a_second_authorization_header_is_refused(access: Access) -> None:
    sent = [*headers("infinity-token", X_OpsSight_User="alice"), ("Authorization", "Bearer infinity-token")]

    with pytest.raises(Unauthorised, match="no valid token"):
        await access.infinity_caller(sent)


@pytest.mark.parametrize("identity", ["", "junk", "real"])
async def test_what_came_through_the_data_proxy_is_refused(
    access: Access, grafana: SigningGrafana, identity: str
) -> None:
    value = grafana.identity() if identity == "real" else identity
    for door, token, user in (
        (access.infinity_caller, "infinity-token", "alice"),
        (access.alert_caller, "alerts-token", "grafana_scheduler"),
    ):
        with pytest.raises(Unauthorised, match="data proxy"):
            await door(headers(token, X_OpsSight_User=user, X_Grafana_Id=value))


@pytest.mark.parametrize("forged", ["X-Grafana-User", "X-WEBAUTH-USER", "X-Forwarded-User", "X-Grafana-Context"])
async def test_no_other_header_says_who_asks(access: Access, forged: str) -> None:
    """check 03"""
    sent = [*headers("infinity-token", X_OpsSight_User="alice"), (forged, "admin")]

    caller = await access.infinity_caller(sent)

    assert caller.login == "alice"
    with pytest.raises(Unauthorised):
        await access.infinity_caller([*headers("infinity-token"), (forged, "admin")])


async def test_only_the_scheduler_evaluates_alert_rules_and_sees_all(access: Access) -> None:
    caller = await access.alert_caller(headers("alerts-token", X_OpsSight_User="grafana_scheduler"))

    assert caller.sees_all
    for login in ("alice", "admin", "${__user.login}", "grafana_scheduler2"):
        with pytest.raises(Unauthorised):
            await access.alert_caller(headers("alerts-token", X_OpsSight_User=login))
