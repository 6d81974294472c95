"""The sandbox tells the same story each time, and it goes on as time does."""

from collections import Counter
from datetime import timedelta

import pytest

from datasource_server import sdk
from opssight_sandbox.organisation import SERVICES
from tests.plugins.sandbox.reading import NOW, collected


def by_identity(rows: list[sdk.Row]) -> dict[tuple[object, ...], sdk.Row]:
    return {(row.table, *row.identity()): row for row in rows}


async def test_the_same_seed_and_clock_give_the_same_rows() -> None:
    first, again = [await collected(NOW - timedelta(days=5), NOW) for _ in range(2)]
    assert first == again
    assert first != await collected(NOW - timedelta(days=5), NOW, seed=8)


async def test_ninety_days_hold_twelve_services_and_every_pipeline() -> None:
    rows = await collected(NOW - timedelta(days=90), NOW)
    counts = Counter(row.table for row in rows)
    runs = [row for row in rows if isinstance(row, sdk.PipelineRun)]
    assert counts["pipeline_run"] > 5_000
    assert {run.repo for run in runs} == {service.repo for service in SERVICES}
    assert {run.pipeline for run in runs} == {"ci", "deploy", "nightly", "smoke"}
    assert {run.status for run in runs} >= {"success", "failure", "cancelled"}
    assert counts["job_log_line"] > 1_000


async def test_every_minute_brings_new_runs() -> None:
    for minute in range(5):
        now = NOW + timedelta(minutes=minute)
        rows = await collected(now - timedelta(minutes=1), now)
        assert any(isinstance(row, sdk.PipelineRun) and row.created_at == now for row in rows)


async def test_runs_that_are_open_end_later_and_passes_add_up_to_one_long_pass() -> None:
    since = NOW - timedelta(hours=30)
    stored = by_identity(await collected(since, NOW - timedelta(hours=3)))
    open_runs = 0
    for passed in range(36):
        now = NOW - timedelta(hours=3) + timedelta(minutes=5 * (passed + 1))
        stored |= by_identity(await collected(now - timedelta(minutes=10), now))
        open_runs += sum(isinstance(row, sdk.PipelineRun) and row.status == "running" for row in stored.values())
    whole = by_identity(await collected(since, NOW))
    assert open_runs
    assert {key: row for key, row in stored.items() if key in whole} == whole


@pytest.mark.parametrize("table", [sdk.PipelineRun, sdk.PipelineJob, sdk.Deployment])
async def test_nothing_begins_before_it_was_made_or_ends_before_it_began(table: type[sdk.Row]) -> None:
    rows = [row.model_dump() for row in await collected(NOW - timedelta(days=10), NOW) if isinstance(row, table)]
    assert rows
    for row in rows:
        moments = [row[name] for name in ("created_at", "started_at", "finished_at") if row.get(name)]
        assert moments == sorted(moments)
        assert all(moment <= NOW for moment in moments)
        assert (row["finished_at"] is None) == (row["status"] in ("queued", "running"))


async def test_each_failed_job_has_a_failed_step_and_log_lines_with_an_error() -> None:
    rows = await collected(NOW - timedelta(days=10), NOW)
    failed = {row.id for row in rows if isinstance(row, sdk.PipelineJob) and row.status == "failure"}
    loud = {row.job_id for row in rows if isinstance(row, sdk.JobLogLine) and row.level == "error"}
    steps = {row.job_id for row in rows if isinstance(row, sdk.PipelineStep) and row.status == "failure"}
    assert failed
    assert failed == loud == steps


async def test_its_teams_own_repositories_without_shutting_anybody_out() -> None:
    rows = await collected(NOW, NOW, "organisation")
    teams = [row for row in rows if isinstance(row, sdk.Team)]
    rules = {row.pattern: row.owner for row in rows if isinstance(row, sdk.OwnerRule)}
    assert [team.name for team in teams] == ["checkout", "platform", "insights"]
    assert not any(team.restricts for team in teams)
    assert rules == {service.repo: service.team for service in SERVICES}
