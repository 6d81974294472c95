"""No caller gets a row of another team, by whatever it asks and in whatever form."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from datasource_server.query import Ask, Engine
from datasource_server.sdk import (
    DELIVERY,
    JOURNAL,
    Caller,
    Connector,
    Query,
    Reading,
    Row,
    Team,
    TeamMember,
)
from datasource_server.sdk.journal import CollectorRun, Cursor, Gap
from datasource_server.store import Store

from .seeded import ALICE, BOB, BOSS, BOTH, END, FORMS, NOBODY, START, Written, ask, dicts, raw

TABLES: tuple[type[Row], ...] = (*DELIVERY, *JOURNAL)


async def test_each_caller_sees_the_rows_of_own_teams_and_nobody_those_without_an_owner(engine: Engine) -> None:
    """check 05"""
    seen = {
        caller.login: "".join(row["id"] for row in dicts(await engine.run("ci/runs", ask(), caller)))
        for caller in (ALICE, BOB, BOTH, NOBODY, BOSS)
    }

    assert seen == {"alice": "12", "bob": "34", "cleo": "1234", "mallory": "", "max": "12345"}


async def test_a_cte_of_the_tables_own_name_and_a_join_stay_within_the_scope(engine: Engine) -> None:
    result = await engine.run("ci/jobs", ask(), ALICE)

    assert [(row["id"], row["pipeline"]) for row in dicts(result)] == [("j1", "build"), ("j3", None)]


async def test_what_another_team_asked_before_is_no_answer_for_this_one(engine: Engine) -> None:
    """check 09"""
    for form in FORMS:
        mine = await engine.run("ci/runs", ask(), ALICE, form)
        theirs = await engine.run("ci/runs", ask(), BOB, form)
        again = await engine.run("ci/runs", ask(), ALICE, form)

        assert raw(mine) == raw(again)
        assert b"acme/b" not in raw(mine)
        assert b"acme/a" not in raw(theirs)
    assert engine.cache.hits == len(FORMS)


async def test_people_of_the_same_teams_share_an_answer(engine: Engine) -> None:
    await engine.run("ci/runs", ask(), ALICE)
    await engine.run("ci/runs", ask(), Caller("anna", (("a", "lead"),)))

    assert (engine.cache.hits, engine.cache.misses) == (1, 1)


async def test_who_left_a_team_gets_no_answer_from_the_cache(engine: Engine) -> None:
    """check 05, check 09"""
    await engine.run("ci/runs", ask(), ALICE)

    result = await engine.run("ci/runs", ask(), Caller("alice"))

    assert result.count == 0


async def test_a_team_that_is_named_in_a_parameter_gives_nothing(engine: Engine) -> None:
    """check 02"""
    for params in ({"repo": ("acme/b",)}, {"teams": ("b",)}, {"opssight_teams": ("b",)}, {"team": ("b",)}):
        for form in FORMS:
            assert b"acme/b" not in raw(await engine.run("ci/runs", ask(**params), ALICE, form))


async def test_ten_thousand_asks_of_two_teams_at_a_time_never_mix(engine: Engine) -> None:
    """check 06"""
    dice = random.Random(6)
    callers = {"a": ALICE, "b": BOB, "": NOBODY}
    mixed: list[str] = []

    async def one(number: int) -> None:
        team = dice.choice(list(callers))
        window = Ask(START, END + timedelta(milliseconds=number % 200), 3600, {"repo": ()})
        result = await engine.run("ci/runs", window, callers[team], dice.choice(FORMS))
        owners = {other for other in ("a", "b", "nobody") if f"acme/{other}".encode() in raw(result)}
        if owners - {team}:
            mixed.append(f"{team} got {owners}")

    for start in range(0, 10_000, 50):
        await asyncio.gather(*(one(number) for number in range(start, start + 50)))

    assert mixed == []
    assert engine.cache.misses >= 1_000


class EveryTable(Connector):
    """A connector with one query a table."""

    def queries(self) -> dict[str, Query]:
        """Return a query of all columns of each table."""
        return {
            row.table: Query("all", row.table, f'SELECT * FROM "{row.table}" ORDER BY ALL', "All.") for row in TABLES
        }


async def test_every_table_of_the_store_is_shadowed(store: Store) -> None:
    """check 02"""
    engine = Engine(store, {"all": EveryTable("opssight_all")})
    await store.write([Team(source="teams", name=name) for name in ("a", "b")])

    for row in TABLES:
        nothing = await engine.run(f"all/{row.table}", ask(), NOBODY)
        assert nothing.count == 0, row.table
    assert engine.broken == {}
    assert len(engine.queries) == len(TABLES)


async def test_opssights_own_rows_are_for_those_who_see_all_but_for_ones_own_teams(store: Store) -> None:
    engine = Engine(store, {"all": EveryTable("opssight_all")})
    await store.write(
        [Team(source="teams", name="a"), Team(source="teams", name="b")],
        [TeamMember(source="teams", name="a", login="alice")],
    )

    assert [row["name"] for row in dicts(await engine.run("all/team", ask(), ALICE))] == ["a"]
    assert (await engine.run("all/team_member", ask(), ALICE)).count == 0
    assert (await engine.run("all/team_member", ask(), BOSS)).count == 1


async def test_a_team_sees_how_far_the_details_of_its_own_repositories_were_read(store: Store) -> None:
    engine = Engine(store, {"all": EveryTable("opssight_all")})
    await store.write(
        [Reading(source="github", kind="commit", repo=f"acme/{team}", id="c", team=team) for team in ("a", "b", "")]
    )

    assert [row["repo"] for row in dicts(await engine.run("all/reading", ask(), ALICE))] == ["acme/a"]
    assert (await engine.run("all/reading", ask(), BOSS)).count == 3


@pytest.mark.parametrize("table", ["collector_run", "cursor", "gap"])
async def test_how_far_the_collectors_are_is_shown_without_the_names_of_others(store: Store, table: str) -> None:
    scopes = {"": "", "acme": "", "acme/a": "a", "acme/b": "b", "acme/nobody": ""}
    places = [{"source": "github", "collector": "runs", "scope": scope, "team": team} for scope, team in scopes.items()]
    passed = {"started_at": START, "finished_at": START, "error": "GET /repos/acme/secret answered 500"}
    await store.write(
        [CollectorRun(**place, **passed) for place in places],
        [Cursor(**place, until=START) for place in places],
        [Gap(**place, reason="cap", first_at=START) for place in places],
    )
    engine = Engine(store, {"all": EveryTable("opssight_all")})

    rows = dicts(await engine.run(f"all/{table}", ask(), ALICE))

    assert [row["scope"] for row in rows] == ["", "acme", "acme/a"]
    if table == "collector_run":
        assert {row["scope"]: "secret" in row["error"] for row in rows} == {"": False, "acme": False, "acme/a": True}


async def test_a_query_that_asks_who_is_asking_answers_each_person_apart(store: Store) -> None:
    """check 09"""
    texts = {"mine": "-- Who asks.\nSELECT $viewer AS who, $sees_people AS others, count(*) AS runs FROM pipeline_run"}
    engine = Engine(store, {"ci": Written("ci", texts)})
    anna = Caller("anna", (("a", "lead"),))

    seen = [
        dicts(await engine.run("ci/mine", ask(), caller))[0]
        for caller in (ALICE, anna, replace(ALICE, sees_people=True))
    ]

    assert [(row["who"], row["others"]) for row in seen] == [("alice", False), ("anna", False), ("alice", True)]
    assert engine.cache.hits == 0


async def test_the_values_of_a_column_are_listed_for_each_person_apart(store: Store) -> None:
    """check 09"""
    texts = {"mine": "-- Who asks.\nSELECT $viewer AS who FROM pipeline_run"}
    engine = Engine(store, {"ci": Written("ci", texts)})

    assert await engine.options("ci/mine", "who", ALICE) == ["alice"]
    assert await engine.options("ci/mine", "who", Caller("anna", (("a", "lead"),))) == ["anna"]


async def test_nobody_can_say_to_be_somebody_else(store: Store) -> None:
    """check 02"""
    texts = {"mine": "-- Who asks.\nSELECT $viewer AS who, $sees_people AS others FROM pipeline_run"}
    engine = Engine(store, {"ci": Written("ci", texts)})

    rows = dicts(await engine.run("ci/mine", ask(viewer=("bob",), sees_people=("true",)), ALICE))

    assert {(row["who"], row["others"]) for row in rows} == {("alice", False)}
