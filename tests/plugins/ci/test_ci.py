"""The CI pack's numbers are those that one counts by hand."""

from datetime import timedelta

import pytest

from datasource_server import sdk
from datasource_server.sdk.journal import CollectorRun
from datasource_server.sdk.testing import check_connector
from datasource_server.store import Store
from opssight_ci.main_branch import MainBranch, judge
from tests.plugins.ci.asking import NOW, ask, derive, run


async def judged(store: Store) -> list[MainBranch]:
    return [row for row in await judge(derive(store)) if isinstance(row, MainBranch)]


@pytest.mark.slow
def test_it_keeps_the_promises_of_the_sdk() -> None:
    check_connector("opssight_ci")


async def test_success_counts_ended_runs_and_compares_with_the_period_before(store: Store) -> None:
    now = [
        run(1, "success", 1),
        run(2, "success", 2),
        run(3, "failure", 3),
        run(4, "cancelled", 4),
        run(5, "running", 0.1),
    ]
    before = [run(6, "success", 30), run(7, "failure", 31)]
    await store.write([*now, *before])
    assert await ask(store, "success_rate") == [{"value": pytest.approx(2 / 3), "sentence": "▲ 16.7 pts · 3 runs"}]


async def test_without_any_run_there_is_no_rate(store: Store) -> None:
    assert await ask(store, "success_rate") == []
    assert await ask(store, "red_pipelines") == []


async def test_a_pipeline_shows_its_last_ten_runs_with_the_newest_at_the_right(store: Store) -> None:
    await store.write([run(number, "failure" if number in (3, 11) else "success", number) for number in range(1, 13)])
    (row,) = await ask(store, "pipelines")
    assert row["last_runs"] == "✓✓✓✓✓✓✓✕✓✓"
    assert (row["runs"], row["failures"], row["last_status"], row["last_run"]) == (12, 2, "success", "1")
    assert row["p50_seconds"] == 390
    assert row["success_rate"] == pytest.approx(10 / 12)


async def test_a_chosen_run_is_shown_whatever_the_time_range(store: Store) -> None:
    await store.write([run(1, "success", 1), run(2, "failure", 900)])
    assert [row["run"] for row in await ask(store, "runs")] == ["1"]
    assert [row["run"] for row in await ask(store, "runs", run=["2"])] == ["2"]


async def test_a_red_branch_names_the_first_failure_behind_the_last_success(store: Store) -> None:
    await store.write([run(4, "success", 9), run(3, "failure", 7), run(2, "failure", 5), run(1, "running", 1)])
    (branch,) = await judged(store)
    assert (branch.status, branch.broken_run, branch.broken_by) == ("failure", "3", "dev-3")
    assert branch.red_since == NOW - timedelta(hours=7)


async def test_a_rerun_that_succeeds_makes_the_branch_green_again(store: Store) -> None:
    await store.write([run(3, "failure", 7), run(3, "success", 7, attempt=2)])
    (branch,) = await judged(store)
    assert (branch.status, branch.red_since, branch.broken_run) == ("success", None, "")


async def test_a_branch_that_is_green_again_forgets_who_broke_it(store: Store) -> None:
    await store.write([run(3, "failure", 7)])
    await store.write(await judged(store))
    await store.write([run(2, "success", 1)])
    await store.write(await judged(store))
    (row,) = await ask(store, "main_branches")
    assert (row["status"], row["red_since"], row["broken_by"]) == ("success", None, "")


async def test_only_the_changed_repositories_are_judged_again(store: Store) -> None:
    await store.write([run(1, "success", 1), run(2, "success", 1, repo="acme/api")])
    found = await judge(derive(store, "acme/api"))
    assert [row.model_dump()["repo"] for row in found] == ["acme/api"]


async def test_an_alert_row_stands_for_every_pipeline_that_ran_also_with_nothing_failed(store: Store) -> None:
    others = [run(3, "success", 1, repo="acme/api"), run(4, "failure", 1, is_default_branch=False, branch="x")]
    await store.write([run(1, "failure", 1), run(2, "failure", 2), *others])
    rows = await ask(store, "failed_runs")
    assert [(row["repo"], row["value"]) for row in rows] == [("acme/api", 0), ("acme/web", 2)]


async def test_a_rerun_that_succeeds_takes_a_failed_run_off_the_alert(store: Store) -> None:
    await store.write([run(1, "failure", 1), run(2, "failure", 2), run(2, "success", 2, attempt=2)])
    (row,) = await ask(store, "failed_runs")
    assert row["value"] == 1


async def broken(store: Store) -> None:
    """Store a failed run whose build failed at a test, and a later one of which nothing more is known."""
    of_build = {"source": "github", "run_id": "3", "repo": "acme/web", "created_at": NOW}
    jobs = [
        sdk.PipelineJob.model_validate(of_build | {"id": "31", "name": "build", "status": "success"}),
        sdk.PipelineJob.model_validate(
            of_build | {"id": "32", "name": "test", "status": "failure", "failed_step": "Run"}
        ),
    ]
    texts = (("info", "collected 3 items"), ("error", "assert 12 == 13"), ("error", "1 failed"))
    lines = [
        sdk.JobLogLine.model_validate(
            {"source": "github", "job_id": "32", "line": line, "repo": "acme/web", "text": text, "level": level}
        )
        for line, (level, text) in enumerate(texts, 100)
    ]
    await store.write([run(1, "failure", 1), run(2, "success", 2), run(3, "failure", 3), *jobs, *lines])


async def test_a_verdict_names_the_job_its_step_and_the_first_error(store: Store) -> None:
    await broken(store)
    (failed,) = await ask(store, "verdict", run=["3"])
    (unknown,) = await ask(store, "verdict", run=["1"])
    (fine,) = await ask(store, "verdict", run=["2"])
    assert (failed["result"], failed["because"]) == ("✕ failure", "test › Run › assert 12 == 13")
    assert unknown["because"] == "No job of it is known to have failed"
    assert (fine["result"], fine["because"]) == ("✓ success", "Nothing failed")


async def test_while_no_run_is_chosen_the_newest_failure_of_which_jobs_are_known_is_shown(store: Store) -> None:
    await broken(store)
    assert await ask(store, "newest_failure") == [{"text": "3", "value": "3"}]
    assert [row["run"] for row in await ask(store, "runs", otherwise=["3"])] == ["3"]
    assert [row["run"] for row in await ask(store, "runs", otherwise=["3"], run=["2"])] == ["2"]


async def test_a_run_without_log_lines_says_so_on_its_board(store: Store) -> None:
    await broken(store)
    (line,) = await ask(store, "run_log", run=["2"])
    assert line["body"].startswith("No log lines")
    assert [row["line_number"] for row in await ask(store, "run_log", otherwise=["3"])] == ["100", "101", "102"]
    assert await ask(store, "log", run=["2"]) == []


@pytest.mark.parametrize(
    ("minutes", "state", "sentence"),
    [
        (1, "fresh", "✓ github 60 s ago"),
        (5, "late", "! github 5 min ago"),
        (200, "stale", "✕ github 3 h ago: it broke"),
    ],
)
async def test_data_is_late_past_three_intervals_and_stale_past_ten(
    store: Store, minutes: int, state: str, sentence: str
) -> None:
    at = NOW - timedelta(minutes=minutes)
    told = {"source": "github", "collector": "runs", "scope": "acme/web", "every_seconds": 60, "succeeded_at": at}
    error = "it broke" if state == "stale" else ""
    await store.write([CollectorRun.model_validate(told | {"started_at": at, "finished_at": at, "error": error})])
    (row,) = await ask(store, "data_age")
    assert (row["state"], row["sentence"], row["age_seconds"]) == (state, sentence, minutes * 60)


async def test_deployments_close_together_share_a_mark_seen_from_afar(store: Store) -> None:
    made = {"source": "github", "environment": "production", "tier": "production", "status": "success", "actor": "ana"}
    moments = (NOW - timedelta(hours=5), NOW - timedelta(hours=5, minutes=-2), NOW - timedelta(hours=1))
    rows = [
        sdk.Deployment.model_validate(
            made | {"id": str(place), "repo": "acme/web", "service": f"web-{place}", "created_at": at, "version": "v1"}
        )
        for place, at in enumerate(moments)
    ]
    await store.write(rows)
    afar = await ask(store, "deploy_lane", hours=2400)
    near = await ask(store, "deploy_lane", hours=12)
    assert [(row["title"], row["text"]) for row in afar] == [("D 3 deployments", "web-0, web-1, web-2")]
    assert [row["title"] for row in near][-1] == "D web-2 → production"
    assert {row["tags"] for row in near} == {"deploy,success"}


async def test_log_lines_of_a_run_come_in_order_with_their_level(store: Store) -> None:
    job = sdk.PipelineJob(
        source="github", id="7", run_id="1", repo="acme/web", name="test", status="failure", created_at=NOW
    )
    lines = [
        sdk.JobLogLine(source="github", job_id="7", line=line, repo="acme/web", text=f"line {line}", level=level)
        for line, level in ((9, "info"), (10, "error"))
    ]
    await store.write([run(1, "failure", 1), job, *lines])
    rows = await ask(store, "log", run=["1"])
    assert [(row["body"], row["severity"]) for row in rows] == [("line 9", "info"), ("line 10", "error")]


async def test_deploys_a_day_count_successful_production_deployments(store: Store) -> None:
    made = [
        sdk.Deployment(
            source="github",
            id=f"{place}",
            repo="acme/web",
            environment="production",
            tier="production" if place else "staging",
            status="success" if place < 3 else "failure",
            created_at=NOW - timedelta(hours=place + 1),
        )
        for place in range(4)
    ]
    await store.write(made)
    assert await ask(store, "deploys_a_day", hours=48) == [{"value": 1.0, "sentence": "2 deployments"}]
