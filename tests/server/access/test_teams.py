"""A login becomes a caller by the teams that are stored."""

from __future__ import annotations

import pytest

from datasource_server.access import Access
from datasource_server.access.teams import Teams
from datasource_server.sdk import Caller, Replacement, Role, Team, TeamMember
from datasource_server.store import Store

from .grafana import Clock, SigningGrafana, headers


def team(name: str, *, restricts: bool = True) -> Team:
    """Return a team's row."""
    return Team(source="teams", name=name, restricts=restricts)


def member(name: str, login: str, role: Role = "viewer") -> TeamMember:
    """Return a membership's row."""
    return TeamMember(source="teams", name=name, login=login, role=role)


async def test_until_the_first_team_everybody_sees_all(access: Access, store: Store) -> None:
    assert (await access.caller_of("alice")).sees_all

    await store.write([team("sandbox", restricts=False)])
    assert (await access.caller_of("alice")).sees_all


async def test_once_there_is_a_team_an_unknown_login_sees_none(access: Access, store: Store) -> None:
    await store.write([team("core"), team("web")], [member("core", "alice"), member("web", "alice", "lead")])

    alice, mallory = await access.caller_of("alice"), await access.caller_of("mallory")

    assert alice == Caller("alice", (("core", "viewer"), ("web", "lead")), "viewer", sees_all=False)
    assert mallory == Caller("mallory", (), "viewer", sees_all=False)


@pytest.mark.parametrize(("role", "sees_all"), [("viewer", False), ("lead", False), ("manager", True), ("admin", True)])
async def test_managers_and_admins_see_all_teams(access: Access, store: Store, role: Role, sees_all: bool) -> None:
    """check 05"""
    await store.write([team("core"), team("web")], [member("core", "alice", role)])

    caller = await access.caller_of("alice")

    assert caller.sees_all is sees_all
    assert caller.role == (role if sees_all else "viewer")


async def test_a_person_in_two_teams_has_both(access: Access, store: Store) -> None:
    """check 05"""
    await store.write([team("core"), team("web"), team("data")], [member("core", "alice"), member("web", "alice")])

    assert (await access.caller_of("alice")).team_names == ("core", "web")


async def test_who_left_a_team_is_gone_at_once(access: Access, store: Store, grafana: SigningGrafana) -> None:
    """check 05"""
    signed = headers("datasource-token", X_Grafana_Id=grafana.identity())
    await store.write([team("core")], [member("core", "alice"), member("core", "bob")])
    assert (await access.json_caller(signed)).team_names == ("core",)

    await store.write(Replacement(TeamMember, [member("core", "bob")], {"source": "teams"}))

    assert (await access.json_caller(signed)).team_names == ()


async def test_a_team_that_was_removed_is_gone_with_its_members(access: Access, store: Store) -> None:
    """check 05"""
    await store.write([team("core"), team("web")], [member("core", "alice"), member("web", "alice")])
    assert (await access.caller_of("alice")).team_names == ("core", "web")

    await store.write(Replacement(Team, [team("web")], {"source": "teams"}))

    assert (await access.caller_of("alice")).team_names == ("web",)


async def test_the_teams_are_read_again_after_a_minute_in_any_case(store: Store, clock: Clock) -> None:
    """check 05"""
    teams = Teams(store, clock)
    first = await teams.roster()

    clock.now += 59
    assert await teams.roster() is first
    clock.now += 1
    assert await teams.roster() is not first


async def test_logins_are_compared_as_grafana_and_the_forges_do(access: Access, store: Store) -> None:
    await store.write([team("core")], [member("core", "Alice"), member("core", "kim")])

    assert (await access.caller_of("aLICE")).team_names == ("core",)
    assert (await access.caller_of("\u212aim")).team_names == ()


async def test_a_team_without_a_name_gives_nobody_the_rows_that_nobody_owns(access: Access, store: Store) -> None:
    await store.write([team("core"), team("")], [member("", "alice")])

    assert (await access.caller_of("alice")).team_names == ()


@pytest.mark.parametrize("role", ["manager", "admin"])
async def test_a_manager_of_no_team_is_one_everywhere(access: Access, store: Store, role: Role) -> None:
    await store.write([team("core"), team("")], [member("", "alice", role)])

    caller = await access.caller_of("alice")

    assert (caller.teams, caller.role, caller.sees_all) == ((), role, True)


@pytest.mark.parametrize(
    ("role", "is_allowed", "sees_people"),
    [("manager", True, True), ("manager", False, False), ("lead", True, False), ("viewer", True, False)],
)
async def test_figures_of_other_people_are_for_managers_where_the_settings_allow_it(
    store: Store, role: Role, is_allowed: bool, sees_people: bool
) -> None:
    await store.write([team("core")], [member("core", "alice", role)])

    caller = await Teams(store, managers_see_others=is_allowed).caller_of("alice")

    assert caller.sees_people is sees_people
