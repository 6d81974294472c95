"""What collectors make of projects that go, move or hold garbage, and of what GitLab does not say outright."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.github import Faults, World, change_issue, generate_organisation
from tests.fakes.gitlab import FakeGitLab

from .house import House, fake_settings, follow, gitlab_house, quick_clock


async def test_one_project_that_is_gone_does_not_stop_the_others(house: House, world: World) -> None:
    """check 58: a project that answers 404 breaks off its own scope only."""
    await house.collect("projects")
    gone, *_ = world.repositories.values()
    world.remove_repository(gone)
    runs = await house.collect("branches")
    assert {run.scope for run in runs if run.error} == {gone.full_name}
    assert all("404" in run.error for run in runs if run.error)
    await house.collect("projects")
    assert gone.full_name not in {row["repo"] for row in await house.rows("SELECT repo FROM repository")}


async def test_a_renamed_project_is_read_under_its_new_name(house: House, world: World) -> None:
    await house.collect("projects")
    world.rename_repository(next(iter(world.repositories.values())), "basket-api")
    await house.collect("projects")
    await house.collect("branches")
    stored = {row["repo"] for row in await house.rows("SELECT DISTINCT repo FROM branch")}
    assert "acme/basket-api" in stored
    assert "acme/checkout-api" not in stored


async def test_an_archived_project_is_read_only_where_it_is_named(tmp_path: Path) -> None:
    world = generate_organisation(repos=2, runs=20, seed=4, now=datetime.now(UTC))
    kept, archived = world.repositories.values()
    archived.is_archived = True
    with FakeGitLab(world) as fake:
        settings = fake_settings(fake)
        for named, expected in (([], {kept.full_name}), ([archived.full_name], {kept.full_name, archived.full_name})):
            folder = tmp_path / str(len(named))
            async with gitlab_house(folder, **settings | {"projects": named}) as house:
                await house.collect("projects")
                await house.collect("branches")
                found = {row["repo"] for row in await house.rows("SELECT DISTINCT repo FROM branch")}
                assert found == expected


async def test_a_name_in_other_letters_is_the_same_project(tmp_path: Path, fake: FakeGitLab) -> None:
    settings = fake_settings(fake) | {"groups": [], "projects": ["ACME/Checkout-API"]}
    async with gitlab_house(tmp_path, **settings) as house:
        await house.collect("pipelines")
        found = await house.rows("SELECT DISTINCT repo FROM pipeline_job")
    assert [row["repo"] for row in found] == ["acme/checkout-api"]


async def test_what_a_pattern_leaves_out_is_not_read(tmp_path: Path, fake: FakeGitLab) -> None:
    async with gitlab_house(tmp_path, **fake_settings(fake, exclude=["acme/checkout-*"])) as house:
        await house.collect("projects")
        found = {row["repo"] for row in await house.rows("SELECT repo FROM repository")}
    assert found == {"acme/billing-api"}


async def test_a_pipeline_that_was_deleted_is_closed_after_a_day(house: House, world: World) -> None:
    await house.collect("projects")
    await house.collect("pipelines")
    run = next(run for run in reversed(world.open_runs()) if run.latest.jobs)
    run.repository.runs.remove(run)
    del world._runs[run.id]
    state = "SELECT status, conclusion FROM pipeline_run WHERE id = $id"
    for _ in range(2):
        await house.collect("pipelines")
    (row,) = await house.rows(state, id=str(run.id))
    assert row["status"] in ("queued", "running")
    house.clock.skip(timedelta(days=2))
    await house.collect("pipelines")
    (row,) = await house.rows(state, id=str(run.id))
    assert row == {"status": "cancelled", "conclusion": "deleted"}


@pytest.mark.parametrize("kind", ["html", "endless", "foreign_next", "huge", "empty"])
async def test_garbage_is_stopped_and_said(kind: str, world: World, tmp_path: Path) -> None:
    """check 60: a login page, endless pages, a next page elsewhere or a huge body break off a scope only."""
    faults = Faults(seed=1, rate=1.0, kinds=(kind,), paths="/branches", max_in_a_row=100_000, huge_bytes=60_000_000)
    with FakeGitLab(world, faults=faults) as fake:
        settings = fake_settings(fake, groups=[], projects=["acme/checkout-api"])
        async with gitlab_house(tmp_path, clock=quick_clock(follow(fake)), **settings) as house:
            await house.collect("projects")
            (run,) = await house.collect("branches")
            assert run.error
            faults.is_on = False
            (run,) = await house.collect("branches")
            assert run.error == ""
            stored = await house.rows("SELECT count(*) AS n FROM branch")
    assert stored[0]["n"] == len(world.repository("acme/checkout-api").branches)


async def test_needs_come_from_the_pipeline_file_and_environments_from_deployments(house: House) -> None:
    for collector in ("projects", "pipelines", "deployments"):
        await house.collect(collector)
    needs = await house.rows("SELECT DISTINCT name, needs FROM pipeline_job WHERE pipeline = 'CI'")
    assert {row["name"]: row["needs"] for row in needs}["test (3.11)"] == ["build"]
    places = await house.rows(
        "SELECT DISTINCT environment FROM pipeline_job WHERE name = 'deploy' ORDER BY environment"
    )
    assert {row["environment"] for row in places} >= {"production", "staging"}


async def test_a_schedule_bears_the_name_of_the_pipelines_that_it_starts(house: House, world: World) -> None:
    for workflow in next(iter(world.repositories.values())).workflows:
        workflow.state = "disabled_inactivity"
    await house.collect("projects")
    await house.collect("schedules")
    rows = await house.rows("SELECT repo, pipeline, is_active, next_at FROM schedule")
    assert {row["pipeline"] for row in rows} == {"Nightly"}
    assert all((row["next_at"] is not None) == row["is_active"] for row in rows)
    assert {row["is_active"] for row in rows} == {True, False}


async def test_incidents_come_and_go_with_their_label(house: House, fake: FakeGitLab, world: World) -> None:
    repository = next(iter(world.repositories.values()))
    labelled = fake.extras.open_issue(world, repository, "It is slow", labels=("incident", "severity::2"))
    own = fake.extras.open_issue(world, repository, "It is down", labels=(), severity="CRITICAL", is_incident=True)
    fake.extras.open_issue(world, repository, "Add a button", labels=("feature",))
    for collector in ("projects", "incidents"):
        await house.collect(collector)
    asked = "SELECT title, severity, state FROM incident ORDER BY title"
    assert await house.rows(asked) == [
        {"title": "It is down", "severity": "critical", "state": "open"},
        {"title": "It is slow", "severity": "high", "state": "open"},
    ]
    house.clock.skip(timedelta(minutes=10))
    change_issue(world, own, is_open=False)
    change_issue(world, labelled, labels=("feature",))
    await house.collect("incidents")
    assert await house.rows(asked) == [{"title": "It is down", "severity": "critical", "state": "resolved"}]


REPORT = b"""<testsuites><testsuite name="unit">
<testcase classname="shop" name="pays" time="0.5"/>
<testcase classname="shop" name="refunds" time="1"><failure message="no money"/></testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize("serves_file_types", [True, False])
async def test_reports_of_jobs_become_test_results_and_broken_ones_a_gap(
    serves_file_types: bool, house: House, fake: FakeGitLab, world: World
) -> None:
    """Servers that know no file types give the whole archive."""
    fake.switches.serves_file_types = serves_file_types
    runs = [run for run in world.runs() if run.workflow.name == "CI" and run.latest.conclusion == "success"][-2:]
    for run, body in zip(runs, (REPORT, b"<testsuites><testsuite"), strict=True):
        fake.extras.add_report(run.latest.jobs[0], body)
    for collector in ("projects", "pipelines", "test_reports", "test_reports"):
        await house.collect(collector)
    good, _ = runs
    rows = await house.rows("SELECT run_id, job_id, name, status, sha, pipeline, url FROM test_result ORDER BY name")
    assert [(row["run_id"], row["status"]) for row in rows] == [(str(good.id), "passed"), (str(good.id), "failed")]
    assert {(row["job_id"], row["sha"], row["pipeline"]) for row in rows} == {
        (str(good.latest.jobs[0].id), good.sha, "CI")
    }
    assert all("/-/jobs/" in row["url"] for row in rows)
    (gap,) = await house.rows("SELECT reason FROM gap")
    assert "can't be read" in gap["reason"]


async def test_no_secret_of_a_trace_is_in_the_store(house: House, fake: FakeGitLab, world: World) -> None:
    """check 28: a token that a job printed plainly, in an address or cut by colours is nowhere in the file."""
    for collector in ("projects", "pipelines", "job_traces"):
        await house.collect(collector)
    texts = [row["text"] for row in await house.rows("SELECT text FROM job_log_line")]
    assert any("•••" in text for text in texts)
    assert not any("\x1b" in text or "\r" in text for text in texts)
    failed = await house.rows(
        "SELECT DISTINCT failed_step FROM pipeline_job WHERE id IN (SELECT job_id FROM job_log_line)"
    )
    assert failed
    assert all(row["failed_step"].startswith(("run_", "build_", "smoke_", "start_")) for row in failed)
    house.store.close()
    files = [path.read_bytes() for path in house.store.path.parent.glob("opssight.duckdb*")]
    assert files
    assert not any(world.secret_marker.encode() in each for each in files)


async def test_traces_are_read_once_with_or_without_stamps(house: House, fake: FakeGitLab, world: World) -> None:
    fake.switches.trace_timestamps = True
    for collector in ("projects", "pipelines", "job_traces"):
        await house.collect(collector)
    route = "GET /projects/{id}/jobs/{job_id}/trace"
    asked = fake.stats.requests[route]
    await house.collect("job_traces")
    assert fake.stats.requests[route] == asked > 0
    bare = await house.rows("SELECT count(*) AS n FROM job_log_line WHERE logged_at IS NULL")
    progress = await house.rows("SELECT DISTINCT text FROM job_log_line WHERE contains(text, 'Receiving objects')")
    assert bare == [{"n": 0}]
    assert [row["text"] for row in progress] == ["Receiving objects: 100% (100/100), done."]
