"""What collectors make of repositories that go, move or hold garbage, and of what GitHub does not say outright."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.github import FakeGitHub, Faults, World, generate_organisation

from .house import House, QuickClock, fake_settings, follow, github_house
from .settling import settle


async def test_one_repository_that_is_gone_does_not_stop_the_others(house: House, world: World) -> None:
    """check 58: a repository that answers 404 breaks off its own scope only."""
    await house.collect("repositories")
    gone, *_ = world.repositories.values()
    world.remove_repository(gone)
    runs = await house.collect("branches")
    assert {run.scope for run in runs if run.error} == {gone.full_name}
    assert all("404" in run.error for run in runs if run.error)
    await house.collect("repositories")
    assert gone.full_name not in {row["repo"] for row in await house.rows("SELECT repo FROM repository")}


async def test_a_renamed_repository_is_read_under_its_new_name(house: House, world: World) -> None:
    await house.collect("repositories")
    repository = next(iter(world.repositories.values()))
    world.rename_repository(repository, "basket-api")
    await house.collect("repositories")
    await house.collect("branches")
    stored = {row["repo"] for row in await house.rows("SELECT DISTINCT repo FROM branch")}
    assert "acme/basket-api" in stored
    assert "acme/checkout-api" not in stored


async def test_an_archived_repository_is_read_only_where_it_is_named(tmp_path: Path) -> None:
    world = generate_organisation(repos=2, runs=20, seed=4, now=datetime.now(UTC))
    kept, archived = world.repositories.values()
    archived.is_archived = True
    with FakeGitHub(world, is_slim=True) as fake:
        settings = fake_settings(fake)
        for named, expected in (([], {kept.full_name}), ([archived.full_name], {kept.full_name, archived.full_name})):
            folder = tmp_path / str(len(named))
            async with github_house(folder, **settings | {"repositories": named}) as house:
                await house.collect("repositories")
                await house.collect("branches")
                found = {row["repo"] for row in await house.rows("SELECT DISTINCT repo FROM branch")}
                assert found == expected


async def test_a_name_in_other_letters_is_the_same_repository(tmp_path: Path, fake: FakeGitHub) -> None:
    settings = fake_settings(fake) | {"organizations": [], "repositories": ["ACME/Checkout-API"]}
    async with github_house(tmp_path, **settings) as house:
        await house.collect("jobs")
        await house.collect("runs")
        await house.collect("jobs")
        found = await house.rows("SELECT DISTINCT repo FROM pipeline_job")
    assert [row["repo"] for row in found] == ["acme/checkout-api"]


async def test_a_run_that_was_deleted_is_closed_after_a_day(house: House, world: World) -> None:
    await house.collect("repositories")
    await house.collect("runs")
    run = world.open_runs()[-1]
    run.repository.runs.remove(run)
    del world._runs[run.id]
    for _ in range(2):
        await house.collect("runs")
    (row,) = await house.rows("SELECT status, conclusion FROM pipeline_run WHERE id = $id", id=str(run.id))
    assert row["status"] in ("queued", "running")
    house.clock.skip(timedelta(days=2))
    await house.collect("runs")
    (row,) = await house.rows("SELECT status, conclusion FROM pipeline_run WHERE id = $id", id=str(run.id))
    assert row == {"status": "cancelled", "conclusion": "deleted"}


@pytest.mark.parametrize("kind", ["html", "endless", "foreign_next", "huge", "empty", "wrong_type"])
async def test_garbage_is_stopped_and_said(kind: str, world: World, tmp_path: Path) -> None:
    """check 60: a login page, endless pages, a next page elsewhere or a huge body break off a scope only."""
    faults = Faults(seed=1, rate=1.0, kinds=(kind,), paths="/branches", max_in_a_row=100_000, huge_bytes=60_000_000)
    with FakeGitHub(world, faults=faults, is_slim=True) as fake:
        clock = QuickClock(follow=follow(fake))
        async with github_house(
            tmp_path, clock=clock, **fake_settings(fake, organizations=[], repositories=["acme/checkout-api"])
        ) as house:
            await house.collect("repositories")
            (run,) = await house.collect("branches")
            assert bool(run.error) == (kind != "wrong_type")
            faults.is_on = False
            (run,) = await house.collect("branches")
            assert run.error == ""
            stored = await house.rows("SELECT count(*) AS n FROM branch")
    assert stored[0]["n"] == len(world.repository("acme/checkout-api").branches)


async def test_needs_come_from_the_workflow_file_and_schedules_know_their_next_run(house: House, world: World) -> None:
    await settle(house, world)
    needs = await house.rows("SELECT DISTINCT name, needs FROM pipeline_job WHERE pipeline = 'CI'")
    assert {row["name"]: row["needs"] for row in needs}["test (3.11)"] == ["build"]
    schedules = await house.rows("SELECT cron, next_at, is_active, last_run_id FROM schedule")
    assert all(row["is_active"] and row["next_at"] > house.clock.now() - timedelta(hours=2) for row in schedules)


async def test_a_workflow_that_is_switched_off_is_not_due(house: House, world: World) -> None:
    for repository in world.repositories.values():
        for workflow in repository.workflows:
            workflow.state = "disabled_inactivity"
    await house.collect("repositories")
    await house.collect("workflows")
    found = await house.rows("SELECT DISTINCT is_active, next_at FROM schedule")
    assert found == [{"is_active": False, "next_at": None}]


async def test_attempts_know_what_they_waited_for(house: House, world: World) -> None:
    await settle(house, world)
    stored = await house.rows("SELECT id, attempt, queued_seconds FROM pipeline_run WHERE queued_seconds IS NOT NULL")
    waited = {(row["id"], row["attempt"]): row["queued_seconds"] for row in stored}
    for run in world.runs():
        for attempt in run.attempts:
            began = [
                job.started_at
                for job in attempt.jobs
                if job.conclusion != "skipped" and job.created_at >= attempt.queued_at
            ]
            expected = min(began) - attempt.queued_at if began else None
            assert waited.get((str(run.id), attempt.number)) == expected


async def test_the_work_that_is_left_is_known(house: House, world: World) -> None:
    await house.collect("repositories")
    await house.collect("runs")
    backlog = house.ingest._plugins.connectors["github"].queries()["backlog"]
    assert "waiting" in backlog.sql
    unread = await house.rows("SELECT count(*) AS n FROM pipeline_run")
    await house.collect("jobs")
    left = await house.rows("SELECT count(*) AS n FROM reading WHERE kind = 'attempt' AND changed_at IS NOT NULL")
    assert 0 < left[0]["n"] <= unread[0]["n"]
