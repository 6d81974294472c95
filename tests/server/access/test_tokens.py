"""Each prefix opens to its own token only, and says nothing about the others."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from datasource_server.access import Access, Tokens
from datasource_server.access.tokens import require_token
from datasource_server.sdk import Unauthorised

from .grafana import TOKENS, SigningGrafana, headers

RIGHT = SecretStr("infinity-token")


@pytest.mark.parametrize(
    "sent",
    [
        [],
        [("Authorization", "")],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("Authorization", "infinity-token")],
        [("Authorization", "Basic infinity-token")],
        [("Authorization", "Bearer infinity-toke")],
        [("Authorization", "Bearer infinity-tokenx")],
        [("Authorization", "Bearer ünfinity-token")],
        [("Authorization", "Bearer datasource-token")],
        [("Authorization", "Bearer infinity-token"), ("authorization", "Bearer infinity-token")],
        [("Authorization", "Bearer infinity-token"), ("Authorization", "Bearer x")],
    ],
)
def test_a_missing_wrong_or_repeated_token_is_refused_in_the_same_words(sent: list[tuple[str, str]]) -> None:
    """check 01, check 08"""
    with pytest.raises(Unauthorised) as refused:
        require_token(sent, RIGHT)

    assert str(refused.value) == "no valid token"
    assert refused.value.status == 401


def test_the_right_token_is_taken_once() -> None:
    require_token([("AUTHORIZATION", "bearer infinity-token")], RIGHT)

    assert RIGHT.get_secret_value() not in repr(Tokens(infinity=RIGHT))


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer"])
def test_a_token_that_was_never_set_opens_nothing(sent: str) -> None:
    """check 08"""
    with pytest.raises(Unauthorised):
        require_token([("Authorization", sent)], Tokens().admin)


@pytest.mark.parametrize("other", ["datasource", "infinity", "alerts", "actions"])
async def test_no_token_opens_another_prefix(access: Access, grafana: SigningGrafana, other: str) -> None:
    doors = {
        "datasource": access.json_caller,
        "infinity": access.infinity_caller,
        "alerts": access.alert_caller,
        "actions": access.action_caller,
    }
    token = getattr(TOKENS, other).get_secret_value()
    for prefix, door in doors.items():
        user = "grafana_scheduler" if prefix == "alerts" else "alice"
        signed = (
            {"X_Grafana_Id": grafana.identity()} if prefix in ("datasource", "actions") else {"X_OpsSight_User": user}
        )
        if prefix == other:
            assert (await door(headers(token, **signed))).login == user
            continue
        with pytest.raises(Unauthorised, match="no valid token"):
            await door(headers(token, **signed))


def test_only_the_admin_token_is_the_operator(access: Access) -> None:
    caller = access.admin(headers("admin-token"))

    assert (caller.login, caller.role, caller.sees_all) == ("cli", "admin", True)
    with pytest.raises(Unauthorised):
        access.admin(headers("actions-token"))


def test_health_checks_need_the_token_of_their_prefix(access: Access) -> None:
    access.require_datasource_token(headers("datasource-token"))
    access.require_infinity_token(headers("infinity-token"))

    with pytest.raises(Unauthorised):
        access.require_datasource_token(headers("infinity-token"))
    with pytest.raises(Unauthorised):
        access.require_infinity_token(headers("datasource-token"))
