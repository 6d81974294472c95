"""After the collectors have settled, the store holds what GitHub holds: nothing missing, nothing twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.fakes.github import (
    FakeGitHub,
    Faults,
    Scale,
    World,
    generate_organisation,
    merge,
    open_pull,
    push,
    review,
)

from .comparing import differences
from .house import House, QuickClock, fake_settings, follow, github_house
from .settling import settle

LIMITS = ("429", "403_secondary", "429_date", "500", "502", "503")
BROKEN = ("reset", "reset", "503", "truncated")


async def test_an_organisation_is_read_whole(house: House, world: World) -> None:
    runs = await settle(house, world)
    assert {run.error for run in runs} == {""}
    assert all(run.budget_left is not None for run in runs if run.requests)


async def test_half_of_all_answers_may_be_faults(tmp_path: Path) -> None:
    """check 58: limits with a Retry-After as seconds or date, and 5xx answers, cost patience but no row."""
    world = generate_organisation(1, 40, seed=8, now=datetime.now(UTC), open_runs=4, scale=Scale(commits=9))
    faults = Faults(seed=3, rate=0.5, kinds=LIMITS)
    with FakeGitHub(world, faults=faults, is_slim=True) as fake:
        async with github_house(tmp_path, clock=QuickClock(follow=follow(fake)), **fake_settings(fake)) as house:
            runs = await settle(house, world)
        share = sum(fake.stats.faults.values()) / fake.stats.total
    assert 0.35 < share < 0.6
    assert {run.error for run in runs} == {""}


async def test_answers_that_break_off_lose_no_row(world: World, tmp_path: Path) -> None:
    """check 59: a connection that is reset in the middle of a body is asked again."""
    faults = Faults(seed=5, rate=0.04, kinds=BROKEN)
    with FakeGitHub(world, faults=faults, is_slim=True) as fake:
        async with github_house(tmp_path, clock=QuickClock(follow=follow(fake)), **fake_settings(fake)) as house:
            runs = await settle(house, world, passes=12)
    assert fake.stats.faults["reset"] > 0
    assert any("something else than JSON" in run.error for run in runs)


async def test_pages_that_shift_while_they_are_read_lose_no_run(house: House, fake: FakeGitHub, world: World) -> None:
    """check 61: a new run at the top after every page moves all others to other pages."""
    fake.switches.shift_every = 1
    await house.collect("repositories")
    before = {str(run.id) for run in world.runs()}
    await house.collect("runs")
    stored = {row["id"] for row in await house.rows("SELECT id FROM pipeline_run")}
    assert before <= stored
    assert len(list(world.runs())) > len(before)
    fake.switches.shift_every = 0
    await settle(house, world)


async def test_more_runs_than_a_search_gives_are_found(tmp_path: Path) -> None:
    """check 61: more than a thousand runs in a week are read by halves of it, each once in the store."""
    world = generate_organisation(repos=1, runs=2_600, seed=4, now=datetime.now(UTC), days=9)
    with FakeGitHub(world, is_slim=True) as fake:
        async with github_house(tmp_path, clock=QuickClock(follow=follow(fake)), **fake_settings(fake)) as house:
            await house.collect("repositories")
            await house.collect("runs")
            stored = await house.rows("SELECT id FROM pipeline_run ORDER BY id")
            gaps = await house.rows("SELECT * FROM gap")
    found = Counter(row["id"] for row in stored)
    assert set(found) == {str(run.id) for run in world.runs()}
    assert gaps == []


async def test_more_runs_in_a_minute_than_a_search_gives_leave_a_gap_that_is_said(tmp_path: Path) -> None:
    """check 61: what GitHub does not list is not passed over in silence."""
    world = generate_organisation(repos=1, runs=0, seed=4, open_runs=0, now=datetime.now(UTC))
    for _ in range(1_005):
        world.insert_run(conclusion="success")
    with FakeGitHub(world, is_slim=True) as fake:
        async with github_house(tmp_path, clock=QuickClock(follow=follow(fake)), **fake_settings(fake)) as house:
            await house.collect("repositories")
            await house.collect("runs")
            (gap,) = await house.rows("SELECT collector, scope, reason FROM gap")
    said = "GitHub lists only 1,000 runs of a search"
    assert gap == {"collector": "runs", "scope": "acme/checkout-api", "reason": said}


async def test_late_reruns_and_late_ends_are_seen(house: House, fake: FakeGitHub, world: World) -> None:
    await settle(house, world)
    old = [run for run in world.runs() if run.latest.conclusion == "failure"][:3]
    for run in old:
        world.rerun(run.id, failed_only=True)
    house.clock.skip(timedelta(days=1))
    await settle(house, world)
    attempts = await house.rows("SELECT id, max(attempt) AS n FROM pipeline_run GROUP BY id")
    stored = {row["id"]: row["n"] for row in attempts}
    assert [stored[str(run.id)] for run in old] == [len(run.attempts) for run in old]


async def test_what_people_do_is_seen(house: House, world: World) -> None:
    """Pushes, branches that come and go, reviews, merges and cancelled runs."""
    await settle(house, world)
    repository = next(iter(world.repositories.values()))
    ada, bob = world.person("dev-01"), world.person("dev-02")
    push(world, repository, "Try something", branch="try", author=ada)
    pull = open_pull(world, repository, "try", "Try something")
    push(world, repository, "Try harder", branch="try", author=ada)
    push(world, repository, "Leave me", branch="left", author=ada)
    await settle(house, world)
    house.clock.skip(timedelta(minutes=5))
    review(world, pull, bob)
    merge(world, repository, pull, bob)
    del repository.branches["left"]
    world.cancel(world.insert_run(repository).id)
    house.clock.skip(timedelta(minutes=5))
    await settle(house, world)
    assert await house.rows("SELECT name FROM branch WHERE name IN ('try', 'left')") == []


async def test_a_forge_whose_clock_is_off_hides_nothing_and_makes_no_negative_duration(
    world: World, fake: FakeGitHub, tmp_path: Path
) -> None:
    """check 63: ten minutes ahead or behind, runs are found and nothing lasts less than nothing."""
    for minutes in (10, -10):
        fake.skew_seconds = minutes * 60
        world.follows = fake.clock
        folder = tmp_path / str(minutes)
        async with github_house(folder, clock=QuickClock(), **fake_settings(fake)) as house:
            await house.collect("repositories")
            for _ in range(4):
                world.insert_run(conclusion="success", finishes_in=5)
                await house.collect("runs")
            stored = {row["id"] for row in await house.rows("SELECT id FROM pipeline_run")}
            assert {str(run.id) for run in world.runs()} <= stored
            await house.collect("jobs")
            negative = await house.rows(
                "SELECT id FROM pipeline_run WHERE finished_at < started_at OR queued_seconds < 0 "
                "UNION ALL SELECT id FROM pipeline_job WHERE finished_at < started_at OR queued_seconds < 0"
            )
            assert negative == []


async def test_what_has_not_changed_costs_no_budget_and_clears_nothing(
    house: House, fake: FakeGitHub, world: World
) -> None:
    """check 62: pages that are the same are answered 304, which is free, and their rows stay."""
    await settle(house, world)
    world.finish_open_runs()
    for _ in range(2):
        await house.collect()
    spent = {token: each.used for token, each in fake.limits.budgets.items()}
    asked, unchanged = fake.stats.total, fake.stats.not_modified
    await house.collect()
    asked, unchanged = fake.stats.total - asked, fake.stats.not_modified - unchanged
    cost = sum(each.used for each in fake.limits.budgets.values()) - sum(spent.values())
    assert asked - unchanged == cost <= asked // 10
    assert unchanged > 20
    assert await differences(house, world.truth()) == []


async def test_a_new_token_is_not_told_what_the_old_one_saw(house: House, fake: FakeGitHub) -> None:
    """check 62: answers are kept by credential."""
    await house.collect("repositories")
    known = house.ingest.wires.etags
    (key,) = {each.credential for each in known._kept}
    settings = house.ingest._plugins.configured["github"]
    changed = settings.model_copy(update={"token": type(settings.token)(fake.issue_token().text)})
    house.ingest._plugins.configured["github"] = changed
    unchanged = fake.stats.not_modified
    await house.collect("repositories")
    assert fake.stats.not_modified == unchanged
    assert key not in {each.credential for each in known._kept}
