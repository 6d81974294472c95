"""The numbers of activity are those that one counts by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from datasource_server.sdk import QueryError
from datasource_server.store import Store

from .story import ANA, MANAGER, NOW, STRANGER, ask, commit, crowd, deployment, failure, pull, reviewed, told


async def test_a_commit_of_two_sources_counts_once_and_bots_and_merges_are_left_out_and_counted(store: Store) -> None:
    twice = commit("Ana Bell", 2, source="git", sha=commit("ana", 2).sha, author_email="ana@acme.example")
    others = [commit("dependabot[bot]", 1), commit("ana", 1, is_merge=True), pull(4, "renovate[bot]", 2, 1)]
    await told(store, *crowd(), twice, *others)
    first, *_ = await ask(store, "commit_counts", MANAGER)
    left_out = {row["what"]: row["rows_left_out"] for row in await ask(store, "left_out")}
    assert (first["name"], first["commits"], first["people"]) == ("acme/web", 3, 3)
    assert left_out["commits of bots"] == left_out["merge commits"] == left_out["second copies of commits"] == 1
    assert left_out["merged pull requests of bots"] == 1


async def test_a_day_counts_its_commits_merges_deployments_and_failures(store: Store) -> None:
    await told(
        store, *crowd(2), deployment(2), deployment(2.1, tier="staging"), failure(2), failure(2.01, status="success")
    )
    days = {row["date"]: row for row in await ask(store, "calendar", repo=["acme/web"])}
    monday = days["2026-11-23"]
    assert (monday["commits"], monday["merged"], monday["deployments"], monday["failures"]) == (3, 3, 1, 1)
    assert monday["value"] == 7
    assert len(days) == 8
    assert days["2026-11-24"]["value"] == 0


async def test_days_and_hours_are_those_of_the_chosen_time_zone(store: Store) -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    await told(store, *(commit(name, 0, at=late) for name in ("ana", "ben", "cem")))
    in_utc = {row["date"]: row["commits"] for row in await ask(store, "calendar")}
    there = {row["date"]: row["commits"] for row in await ask(store, "calendar", timezone=["Asia/Kolkata"])}
    assert (in_utc["2026-11-23"], in_utc["2026-11-24"]) == (3, 0)
    assert (there["2026-11-23"], there["2026-11-24"]) == (0, 3)
    assert [(row["weekday"], row["hour"]) for row in await ask(store, "hours", timezone=["Asia/Kolkata"])] == [(2, 5)]


async def test_a_day_begins_at_local_midnight_also_when_clocks_change(store: Store) -> None:
    end = datetime(2026, 10, 27, tzinfo=UTC)
    rows = await ask(store, "calendar", end=end, days=4, timezone=["Europe/Berlin"])
    begins = {row["date"]: datetime.fromtimestamp(row["day"] / 1000, UTC).hour for row in rows}
    assert (begins["2026-10-25"], begins["2026-10-26"]) == (22, 23)


async def test_every_time_zone_that_is_offered_is_one(store: Store) -> None:
    zones = [row["value"] for row in await ask(store, "timezones")]
    sql = "SELECT timezone(zone, TIMESTAMPTZ '2026-11-25 12:00:00+00') AS local FROM (SELECT unnest($zones) AS zone)"
    found = await store.rows(sql, zones=zones)
    assert zones[0] == "UTC"
    assert len(found) == len(set(zones))


async def test_a_name_that_is_no_time_zone_is_refused(store: Store) -> None:
    await told(store, *crowd())
    with pytest.raises(QueryError, match="Nowhere"):
        await ask(store, "calendar", timezone=["Nowhere/Land"])


async def test_a_week_leads_to_its_days(store: Store) -> None:
    await told(store, *crowd(2), failure(2))
    week, _ = await ask(store, "weeks", repo=["acme/web"])
    start = datetime.fromtimestamp(int(week["monday_from"]) / 1000, UTC)
    end = datetime.fromtimestamp(int(week["tuesday_from"]) / 1000, UTC)
    items = await ask(store, "items", end=end, days=(end - start).days, repo=["acme/web"])
    assert (week["week_of"], week["monday"], week["total"]) == ("2026-11-23", 6, "6 · ✕ 1")
    assert sorted(row["kind"] for row in items) == ["commit"] * 3 + ["failure"] + ["merge"] * 3


async def test_a_cell_of_the_hours_leads_to_its_rows(store: Store) -> None:
    await told(store, *crowd(2), commit("ana", 1.5))
    grid = {row["name"]: row for row in await ask(store, "hour_grid", repo=["acme/web"])}
    items = await ask(store, "items", repo=["acme/web"], weekday=[grid["Mon"]["weekday"]], hour=["12"])
    assert (grid["Mon"]["h12"], grid["Tue"]["h00"], grid["Sun"]["h12"]) == (6, 1, 0)
    assert len(items) == 6


async def test_failures_have_hours_of_their_own_when_they_are_chosen(store: Store) -> None:
    await told(store, *crowd(2), failure(2), failure(1, is_default_branch=False))
    grid = {row["name"]: row["h12"] for row in await ask(store, "hour_grid", kind=["failure"])}
    assert (grid["Mon"], grid["Tue"]) == (1, 0)


async def test_velocity_counts_whole_weeks_and_people(store: Store) -> None:
    more = [pull(20 + number, "ana", 10, 9) for number in range(3)]
    await told(store, *crowd(2), *more)
    rows = await ask(store, "velocity", repo=["acme/web"], days=9)
    assert [(row["merged"], row["merged_per_person"]) for row in rows] == [(3, None), (3, 1.0)]


async def test_merged_compares_with_the_period_before_and_names_the_bots(store: Store) -> None:
    before = [pull(30 + number, name, 12, 10) for number, name in enumerate(("ana", "ben", "cem", "ana"))]
    await told(store, *crowd(2), *before, pull(50, "renovate[bot]", 2, 1))
    (found,) = await ask(store, "merges", repo=["acme/web"])
    assert found == {"value": 3, "sentence": "▼ 25 % · 1.0 a week each · 1 of bots out"}


async def test_open_is_what_was_open_at_the_end_of_the_range(store: Store) -> None:
    closed = pull(3, "cem", 9, state="closed", closed_at=NOW - timedelta(days=4))
    await told(store, pull(1, "ana", 10, 3), pull(2, "ben", 8), closed, pull(4, "ana", 1, draft=True))
    then = await ask(store, "open_pulls", end=NOW - timedelta(days=5))
    now = await ask(store, "open_pulls")
    assert [row["number"] for row in then] == [1, 3, 2]
    assert [(row["number"], row["state"], row["waits_for"]) for row in now] == [
        (2, "✕ stuck", "first review"),
        (4, "– draft", "draft"),
    ]
    (age,) = await ask(store, "open_age")
    assert age == {"value": 4.5 * 86_400, "sentence": "2 open, oldest 8 days"}


async def test_stuck_is_older_than_the_chosen_days_and_no_draft(store: Store) -> None:
    await told(
        store, pull(1, "ana", 10, draft=True), pull(2, "ben", 8), pull(3, "cem", 4), pull(4, "renovate[bot]", 30)
    )
    assert await ask(store, "stuck") == [{"value": 1, "sentence": "of 3 open · longer than 7 days"}]
    assert (await ask(store, "stuck", stuck_days=["3"]))[0]["value"] == 2
    assert (await ask(store, "stuck", stuck_days=["many"]))[0]["value"] == 1
    assert [row["number"] for row in await ask(store, "open_pulls", only=["stuck"])] == [2]


async def test_a_review_is_one_by_another_human(store: Store) -> None:
    by = {
        1: reviewed("dan", 3),
        2: {"review_count": 0},
        3: reviewed("coderabbit[bot]", 3),
        4: {"reviewers": ["ana"], "review_count": 0},
        5: {"review_count": None},
        6: {"review_count": 1},
    }
    authors = ("ana", "ben", "cem")
    await told(
        store,
        *(
            pull(number, authors[0] if number == 4 else authors[number % 3], 4, 2, **each)
            for number, each in by.items()
        ),
    )
    rows = {row["number"]: row["review"][0] for row in await ask(store, "merged_pulls")}
    assert rows == {1: "✓", 2: "✕", 3: "✕", 4: "✕", 5: "?", 6: "✓"}
    assert await ask(store, "unreviewed") == [{"value": 0.6, "sentence": "3 of 5 merged · 1 unknown"}]
    assert [row["number"] for row in await ask(store, "merged_pulls", only=["review unknown"])] == [5]
    assert sorted(row["number"] for row in await ask(store, "merged_pulls", only=["unreviewed"])) == [2, 3, 4]


async def test_the_first_review_is_a_median_over_pull_requests(store: Store) -> None:
    waits = (("ana", 1), ("ben", 2), ("cem", 5))
    await told(
        store, *(pull(number, name, 6, **reviewed("dan", 6 - days)) for number, (name, days) in enumerate(waits))
    )
    (found,) = await ask(store, "first_review")
    over_time = await ask(store, "first_reviews")
    assert found == {"value": 2 * 86_400, "sentence": "3 first reviews"}
    assert [row["p50_seconds"] for row in over_time] == [days * 86_400 for days in (1, 2, 5)]


async def test_sizes_are_classes_of_changed_lines(store: Store) -> None:
    lines = (4, 30, 200, 900, 5000, None)
    names = ("ana", "ben", "cem") * 2
    pulls = [pull(place, names[place], 3, 2, additions=each, deletions=0) for place, each in enumerate(lines)]
    await told(store, *pulls)
    classes = {row["size"]: row["pulls"] for row in await ask(store, "sizes")}
    (median,) = await ask(store, "size")
    assert classes == dict.fromkeys(("XS ≤ 10", "S ≤ 50", "M ≤ 250", "L ≤ 1000", "XL > 1000", "unknown"), 1)
    assert median == {"value": 200, "sentence": "1 of 5 are XL"}


async def test_open_pull_requests_fall_into_ages(store: Store) -> None:
    await told(store, pull(1, "ana", 0.5), pull(2, "ben", 5, **reviewed("ana", 4)), pull(3, "cem", 200, draft=True))
    rows = [(row["age"], row["pulls"], row["unseen"], row["drafts"]) for row in await ask(store, "ages")]
    assert rows == [("up to a day", 1, 1, 0), ("up to a week", 1, 0, 0), ("longer", 1, 0, 1)]


async def test_a_team_has_its_numbers_and_the_rows_behind_them(store: Store) -> None:
    await told(store, *crowd(2), pull(7, "ana", 20), pull(8, "ben", 3, 1, **reviewed("ana", 2)))
    first, last = await ask(store, "pulls_by_team")
    numbers = ("owner", "open_pulls", "stuck", "merged", "unreviewed", "first_review_seconds")
    assert [first[name] for name in numbers] == ["alpha", 1, 1, 4, 3, 86_400]
    assert last["owner"] == "1 left out: fewer than three people"
    assert len(await ask(store, "merged_pulls", team=["alpha"])) == 4
    assert len(await ask(store, "merged_pulls", team=["alpha"], only=["unreviewed"])) == 3


async def test_review_load_says_how_few_people_give_half_of_the_reviews(store: Store) -> None:
    load = ["ben"] * 4 + ["cem", "dan"]
    await told(store, *(pull(place, "ana", 4, **reviewed(name, 3)) for place, name in enumerate(load)))
    (row,) = await ask(store, "review_load")
    assert row == {"owner": "alpha", "reviews": 6, "reviewers": 3, "reviews_each": 1, "half_by": 1}


async def test_what_happened_names_who_made_it_and_leads_there(store: Store) -> None:
    await told(store, *crowd(2), deployment(1), failure(0.5, actor="ben", title="Fix"), commit("dependabot[bot]", 0.1))
    newest, deployed, *_ = await ask(store, "items")
    assert (newest["kind"], newest["title"], newest["author"], newest["run"]) == ("failure", "ci: Fix", "ben", "r0.5")
    assert (deployed["kind"], deployed["title"]) == ("deployment", "web → production")


async def test_deployments_are_chosen_by_service_and_environment(store: Store) -> None:
    await told(store, deployment(1), deployment(2, service="api"))
    rows = await ask(store, "items", service=["api"], kind=["deployment"])
    assert [row["title"] for row in rows] == ["api → production"]


async def test_whoever_asks_sees_the_same_groups_by_team(store: Store) -> None:
    await told(store, *crowd(2))
    by_team = await ask(store, "commit_counts", by=["team"])
    assert [(row["name"], row["commits"]) for row in by_team] == [
        ("alpha", 3),
        ("1 left out: fewer than three people", None),
    ]
    assert await ask(store, "commit_counts", ANA, by=["team"]) == await ask(
        store, "commit_counts", STRANGER, by=["team"]
    )
