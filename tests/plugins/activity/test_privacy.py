"""Figures of a person are for that person; those of a group need three people, whoever asks."""

import orjson
import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_activity import connector

from .story import ANA, MANAGER, STRANGER, ask, commit, crowd, deployment, engine_of, failure, pull, reviewed, told

DAN = sdk.Caller("dan", sees_all=True)
LISTS = {"items", "open_pulls", "merged_pulls"}
"""Lists of work, in which each row names who made it."""


async def test_commits_by_author_are_your_own(store: Store) -> None:
    await told(store, *crowd())
    mine = await ask(store, "commit_counts", ANA, by=["author"])
    nobodys = await ask(store, "commit_counts", STRANGER, by=["author"])
    everybodys = await ask(store, "commit_counts", MANAGER, by=["author"])
    rest = "left out: others' figures"
    assert [(row["name"], row["commits"]) for row in mine] == [("ana", 1), (f"3 {rest}", None)]
    assert [row["name"] for row in nobodys] == [f"4 {rest}"]
    assert sorted(row["name"] for row in everybodys) == ["ana", "ben", "cem", "dan"]


async def test_a_repository_of_fewer_than_three_people_is_left_out_and_counted(store: Store) -> None:
    await told(store, *crowd())
    shown = await ask(store, "commit_counts")
    assert [row["name"] for row in shown] == ["acme/web", "1 left out: fewer than three people"]
    for caller in (DAN, MANAGER):
        names = [row["name"] for row in await ask(store, "commit_counts", caller)]
        assert names == ["acme/web", "acme/solo"]


async def test_the_calendar_of_one_person_shows_what_is_no_persons(store: Store) -> None:
    of_solo = {"repo": "acme/solo", "team": "beta"}
    await told(store, *crowd(2), deployment(2, **of_solo), failure(2, **of_solo))
    for caller, commits, value in ((STRANGER, None, 1), (DAN, 2, 4), (MANAGER, 2, 4)):
        rows = {row["date"]: row for row in await ask(store, "calendar", caller, repo=["acme/solo"])}
        monday = rows["2026-11-23"]
        assert (monday["commits"], monday["value"], monday["failures"]) == (commits, value, 1)


@pytest.mark.parametrize("query", ["merges", "first_review", "unreviewed"])
async def test_a_tile_about_one_or_two_people_says_so_instead(store: Store, query: str) -> None:
    await told(store, *crowd())
    (hidden,) = await ask(store, query, repo=["acme/solo"])
    (shown,) = await ask(store, query, MANAGER, repo=["acme/solo"])
    (own,) = await ask(store, query, DAN, repo=["acme/solo"])
    assert hidden == {"value": None, "sentence": "left out: fewer than three people"}
    assert own == shown
    assert shown["value"] is not None


@pytest.mark.parametrize("query", ["velocity", "first_reviews", "sizes"])
async def test_a_graph_about_one_or_two_people_is_empty(store: Store, query: str) -> None:
    await told(store, *crowd())
    assert await ask(store, query, repo=["acme/solo"]) == []
    assert await ask(store, query, DAN, repo=["acme/solo"]) != []


async def test_an_author_can_be_chosen_by_that_person_only(store: Store) -> None:
    await told(store, *crowd())
    for query in ("items", "merged_pulls", "days", "weeks", "hours", "commit_counts", "merges"):
        theirs = await ask(store, query, STRANGER, author=["ana"])
        nothing = await ask(store, query, STRANGER, author=["nobody at all"])
        assert theirs == nothing
    assert [row["author"] for row in await ask(store, "items", ANA, author=["ana"])] == ["ana", "ana"]
    assert [row["author"] for row in await ask(store, "items", MANAGER, author=["ana"])] == ["ana", "ana"]


async def test_the_authors_to_choose_from_are_yourself(store: Store) -> None:
    await told(store, *crowd())
    assert await ask(store, "authors", STRANGER) == []
    assert [row["value"] for row in await ask(store, "authors", ANA)] == ["ana"]
    assert [row["value"] for row in await ask(store, "authors", MANAGER)] == ["ana", "ben", "cem", "dan"]
    assert await engine_of(store).options("activity/items", "author", ANA) == ["ana"]


async def test_reviews_by_person_are_your_own(store: Store) -> None:
    load = ("ana", "cem", "dan")
    await told(store, *(pull(place, "ben", 4, **reviewed(name, 3)) for place, name in enumerate(load)))
    rows = await ask(store, "reviewers", ANA)
    assert [(row["person"], row["reviews"]) for row in rows] == [
        ("ana", 1),
        ("2 left out: others' figures", None),
    ]
    assert len(await ask(store, "reviewers", MANAGER)) == 3


async def test_people_who_may_be_one_do_not_make_a_crowd(store: Store) -> None:
    mails = [f"a{place}@home{place}.example" for place in range(3)]
    await told(store, *(commit("Ana Bell", 1, source="git", author_email=mail, sha=mail) for mail in mails))
    assert [row["name"] for row in await ask(store, "commit_counts")] == ["1 left out: fewer than three people"]


async def test_a_name_in_a_commit_makes_nobody_a_person(store: Store) -> None:
    forged = commit("zoe", 1, author_email="dan@acme.example", repo="acme/solo", team="beta")
    await told(store, *crowd(), forged)
    (row,) = await ask(store, "commit_counts", STRANGER, repo=["acme/solo"])
    assert row["name"] == "1 left out: fewer than three people"


async def test_the_settings_say_under_which_login_somebody_looks(store: Store) -> None:
    told_of = [{"name": "Dan Eggers", "logins": ["dan", "d.eggers"]}]
    await told(store, *crowd(), people=told_of)
    rows = await ask(store, "commit_counts", sdk.Caller("D.Eggers", sees_all=True), by=["author"])
    assert (rows[0]["name"], rows[0]["commits"]) == ("Dan Eggers", 2)


async def test_whose_teams_are_others_sees_neither_people_nor_rows(store: Store) -> None:
    await told(store, *crowd())
    of_alpha = sdk.Caller("ana", teams=(("alpha", "viewer"),))
    assert [row["name"] for row in await ask(store, "commit_counts", of_alpha)] == ["acme/web"]
    lead = sdk.Caller("ana", teams=(("alpha", "viewer"),), sees_people=True)
    assert [row["value"] for row in await ask(store, "authors", lead)] == ["ana", "ben", "cem"]


async def test_no_figure_names_a_person_to_a_stranger(store: Store) -> None:
    """Every query but the lists of work, asked in every way that a stranger can ask it."""
    people = ("ana", "ben", "cem", "dan")
    await told(store, *crowd(), *(pull(60 + n, who, 9, **reviewed("dan", 3)) for n, who in enumerate(people)))
    asked: list[dict[str, list[str]]] = [{}, {"by": ["author"]}, {"author": ["dan"]}, {"repo": ["acme/solo"]}]
    for name in sorted(set(connector.queries()) - LISTS):
        for params in asked:
            answer = orjson.dumps(await ask(store, name, STRANGER, given=params)).decode()
            assert not [who for who in people if f'"{who}"' in answer], (name, params)
