"""Each time that a default branch was red is a row, with who broke it, who mended it and how long it took."""

from datetime import timedelta

import pytest

from datasource_server.store import Store
from opssight_ci.red_episodes import RedEpisode, episodes
from tests.plugins.ci.asking import NOW, ask, derive, derived, run


async def known(store: Store) -> list[RedEpisode]:
    rows = [row for row in await episodes(derive(store)) if isinstance(row, RedEpisode)]
    return sorted(rows, key=lambda row: row.red_at)


async def test_red_lasts_from_the_end_of_a_failure_to_the_end_of_the_next_success(store: Store) -> None:
    await store.write(
        [
            run(5, "success", 20),
            run(1, "failure", 9, title="Break"),
            run(2, "failure", 8),
            run(3, "success", 5, title="Mend"),
        ]
    )
    (row,) = await known(store)
    assert row.red_at == NOW - timedelta(hours=9) + timedelta(seconds=70)
    assert row.green_at == NOW - timedelta(hours=5) + timedelta(seconds=190)
    assert (row.broken_by, row.broken_title, row.fixed_by, row.fixed_title) == ("dev-1", "Break", "dev-3", "Mend")
    assert (row.failures, row.is_same_sha) == (2, False)


async def test_a_branch_that_is_still_red_has_an_open_row(store: Store) -> None:
    await store.write([run(2, "success", 9), run(1, "failure", 4)])
    (row,) = await known(store)
    assert (row.green_at, row.fixed_run, row.broken_run) == (None, "", "1")


async def test_a_rerun_of_the_same_commit_is_told_from_a_repair(store: Store) -> None:
    again = run(1, "success", 9, attempt=2, finished_at=NOW - timedelta(hours=8))
    await store.write([run(1, "failure", 9), again, run(2, "failure", 5), run(3, "success", 4)])
    assert [(row.is_same_sha, row.fixed_run) for row in await known(store)] == [(True, "1"), (False, "3")]


async def test_other_branches_and_cancelled_runs_do_not_count(store: Store) -> None:
    await store.write([run(1, "failure", 9, is_default_branch=False), run(2, "cancelled", 8), run(3, "success", 7)])
    assert await known(store) == []


async def test_time_to_green_is_summed_up_by_repository_and_team_against_a_target(store: Store) -> None:
    rows = []
    for place, (hours, minutes) in enumerate(((20, 30), (16, 90), (12, 150))):
        begin = NOW - timedelta(hours=hours)
        ended = {"finished_at": begin, "team": "web"}
        rows.append(run(10 + place, "failure", hours, **ended))
        rows.append(run(20 + place, "success", hours - 1, team="web", finished_at=begin + timedelta(minutes=minutes)))
    await store.write([*rows, run(40, "failure", 2, team="web", finished_at=NOW - timedelta(minutes=20))])
    await derived(store)
    (row,) = await ask(store, "time_to_green")
    assert (row["name"], row["times"], row["open_now"]) == ("acme/web", 4, 1)
    assert row["p50_seconds"] == 60 * 60
    assert row["within_target"] == pytest.approx(1 / 3)
    assert (await ask(store, "time_to_green", target_minutes=["100"]))[0]["within_target"] == pytest.approx(2 / 3)
    assert (await ask(store, "green_again"))[0]["sentence"] == "33 % within 60 min · 4 times"
    assert [row["status"] for row in await ask(store, "red_episodes")] == ["failure", "success", "success", "success"]
