"""After the collectors have settled, the store holds what GitLab holds: nothing missing, nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.fakes.github import Faults, Scale, World, generate_organisation, merge, open_pull, push, review
from tests.fakes.gitlab import FakeGitLab

from .comparing import summary
from .house import House, fake_settings, follow, gitlab_house, quick_clock
from .settling import differences, settle

LIMITS = ("429", "500", "502", "503")
BROKEN = ("reset", "reset", "503", "truncated")


async def test_an_organisation_is_read_whole(house: House, fake: FakeGitLab) -> None:
    runs = await settle(house, fake)
    assert {run.error for run in runs} == {""}
    assert all(run.budget_left is not None for run in runs if run.requests)


async def test_nearly_half_of_all_answers_may_be_faults(tmp_path: Path) -> None:
    """check 58: plain 429s with a Retry-After, and 5xx answers, cost patience but no row."""
    world = generate_organisation(1, 40, seed=8, now=datetime.now(UTC), open_runs=4, scale=Scale(commits=9))
    with FakeGitLab(world, faults=Faults(seed=3, rate=0.45, kinds=LIMITS)) as fake:
        clock = quick_clock(follow(fake))
        async with gitlab_house(tmp_path, clock=clock, **fake_settings(fake)) as house:
            runs = await settle(house, fake)
        share = sum(fake.stats.faults.values()) / fake.stats.total
    assert 0.3 < share < 0.55
    assert {run.error for run in runs} == {""}


async def test_answers_that_break_off_lose_no_row(world: World, tmp_path: Path) -> None:
    """check 59: a connection that is reset in the middle of a body is asked again."""
    with FakeGitLab(world, faults=Faults(seed=5, rate=0.04, kinds=BROKEN)) as fake:
        clock = quick_clock(follow(fake))
        async with gitlab_house(tmp_path, clock=clock, **fake_settings(fake)) as house:
            await settle(house, fake, passes=12)
    assert fake.stats.faults["reset"] > 0


async def test_pages_that_shift_while_they_are_read_lose_no_pipeline(tmp_path: Path) -> None:
    """check 61: a new pipeline at the top after every page moves all others to other pages."""
    world = generate_organisation(1, 330, seed=4, now=datetime.now(UTC), open_runs=2, scale=Scale(commits=6))
    with FakeGitLab(world) as fake:
        async with gitlab_house(tmp_path, clock=quick_clock(follow(fake)), **fake_settings(fake)) as house:
            await house.collect("projects")
            before = {str(run.id) for run in world.runs()}
            fake.switches.shift_every = 1
            await house.collect("pipelines", since=house.clock.now() - timedelta(days=200))
            stored = {row["id"] for row in await house.rows("SELECT id FROM pipeline_run")}
    assert before <= stored
    assert len(list(world.runs())) > len(before)


async def test_totals_that_are_missing_hide_nothing(fake: FakeGitLab, tmp_path: Path) -> None:
    fake.switches.counts_up_to = 0
    async with gitlab_house(tmp_path, clock=quick_clock(follow(fake)), **fake_settings(fake)) as house:
        await settle(house, fake)
        assert await differences(house, fake) == []


async def test_a_pipeline_in_progress_shows_its_final_state_at_the_next_poll(
    house: House, fake: FakeGitLab, world: World
) -> None:
    await house.collect("projects")
    repository = next(iter(world.repositories.values()))
    run = world.insert_run(repository, conclusion="failure")
    await house.collect("pipelines")
    state = "SELECT status, finished_at FROM pipeline_run WHERE id = $id"
    (row,) = await house.rows(state, id=str(run.id))
    assert (row["status"] in ("queued", "running"), row["finished_at"]) == (True, None)
    house.clock.skip(timedelta(seconds=run.latest.finished_at - world.now + 5))
    await house.collect("pipelines")
    (row,) = await house.rows(state, id=str(run.id))
    assert (row["status"], row["finished_at"]) == ("failure", datetime.fromtimestamp(run.latest.finished_at, UTC))
    jobs = await house.rows("SELECT DISTINCT status FROM pipeline_job WHERE run_id = $id", id=str(run.id))
    assert {job["status"] for job in jobs} <= {"success", "failure", "skipped"}


async def test_a_pipeline_that_waits_for_a_person_is_read_again_once_it_goes_on(
    house: House, fake: FakeGitLab, world: World
) -> None:
    await house.collect("projects")
    run = world.insert_run(conclusion="success")
    job = fake.extras.hold(world, run)
    house.clock.skip(timedelta(hours=2))
    asked = "SELECT status, conclusion FROM pipeline_run WHERE id = $id"
    route = "GET /projects/{id}/pipelines/{pipeline_id}"
    for _ in range(2):
        before = fake.stats.requests[route]
        await house.collect("pipelines")
    assert await house.rows(asked, id=str(run.id)) == [{"status": "queued", "conclusion": "manual"}]
    assert fake.stats.requests[route] == before
    fake.extras.play(world, run, job)
    house.clock.skip(timedelta(minutes=5))
    await house.collect("pipelines")
    assert await house.rows(asked, id=str(run.id)) == [{"status": "success", "conclusion": "success"}]


async def test_late_retries_are_attempts_of_their_own(house: House, fake: FakeGitLab, world: World) -> None:
    await settle(house, fake)
    old = [run for run in world.runs() if run.latest.conclusion == "failure"][:3]
    for run in old:
        world.rerun(run.id, failed_only=True)
    house.clock.skip(timedelta(days=1))
    await settle(house, fake)
    attempts = await house.rows("SELECT id, max(attempt) AS n FROM pipeline_run GROUP BY id")
    stored = {row["id"]: row["n"] for row in attempts}
    assert [stored[str(run.id)] for run in old] == [len(run.attempts) for run in old]


async def test_an_attempt_that_was_seen_as_the_last_one_is_corrected_by_its_successor(
    house: House, fake: FakeGitLab, world: World
) -> None:
    await house.collect("projects")
    run = world.insert_run(conclusion="failure")
    for seconds in (0, run.latest.finished_at - world.now + 5):
        house.clock.skip(timedelta(seconds=seconds))
        await house.collect("pipelines")
    house.clock.skip(timedelta(minutes=10))
    world.rerun(run.id)
    await house.collect("pipelines")
    rows = await house.rows("SELECT attempt, status, finished_at FROM pipeline_run WHERE id = $id", id=str(run.id))
    first, second = sorted(rows, key=lambda row: int(row["attempt"]))
    ends = [job.finished_at for job in run.attempts[0].jobs if job.conclusion != "skipped"]
    assert (first["status"], first["finished_at"]) == ("failure", datetime.fromtimestamp(max(ends), UTC))
    assert (second["status"] in ("queued", "running"), second["finished_at"]) == (True, None)


async def test_what_people_do_is_seen(house: House, fake: FakeGitLab, world: World) -> None:
    """Pushes, branches that come and go, reviews, merges and cancelled pipelines."""
    await settle(house, fake)
    repository = next(iter(world.repositories.values()))
    ada, bob = world.person("dev-01"), world.person("dev-02")
    push(world, repository, "Try something", branch="try", author=ada)
    pull = open_pull(world, repository, "try", "Try something")
    push(world, repository, "Try harder", branch="try", author=ada)
    push(world, repository, "Leave me", branch="left", author=ada)
    await settle(house, fake)
    house.clock.skip(timedelta(minutes=5))
    review(world, pull, bob)
    merge(world, repository, pull, bob)
    del repository.branches["left"]
    world.cancel(world.insert_run(repository).id)
    house.clock.skip(timedelta(minutes=5))
    await settle(house, fake)
    assert await house.rows("SELECT name FROM branch WHERE name IN ('try', 'left')") == []


async def test_what_has_not_changed_is_not_read_again(house: House, fake: FakeGitLab, world: World) -> None:
    world.finish_open_runs()
    await settle(house, fake)
    for _ in range(2):
        await house.collect()
    before = dict(fake.stats.requests)
    await house.collect("pipelines")
    await house.collect("merge_requests")
    await house.collect("commit_files")
    asked = {route for route, count in fake.stats.requests.items() if count > before.get(route, 0)}
    assert not any("/{pipeline_id}" in route or "/notes" in route or "/diff" in route for route in asked), asked
    assert summary(await differences(house, fake)) == ""
