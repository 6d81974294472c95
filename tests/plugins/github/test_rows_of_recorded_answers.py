"""Answers and deliveries that the real GitHub gave become the rows that a reader of them would write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from datasource_server import sdk
from opssight_github.receivers import EVENTS, webhook
from opssight_github.rows import to_job, to_repository, to_run, to_steps
from opssight_github.rows_code import to_commit, to_pull
from opssight_github.rows_deployments import to_deployment, to_environment

from .samples import FOLDER, Sample, example, replay, webhooks

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings beside the project (shared) are not there")

SAMPLES = webhooks()


def recorded(name: str, part: str) -> Any:
    return next(each.body for each in replay(name) if part in each.path and each.status == 200)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_second_attempt_keeps_the_creation_and_has_its_own_start_and_page() -> None:
    row = to_run(recorded("WorkflowRun.test_rerun_failed_jobs", "actions/runs"), default_branch="main")
    assert (row.id, row.attempt, row.status, row.conclusion) == ("3881497935", 2, "failure", "failure")
    assert (row.created_at, row.started_at) == (at("2024-07-30T20:58:42"), at("2024-07-30T21:36:08"))
    assert row.finished_at == at("2024-07-30T21:36:21")
    assert row.url.endswith("/actions/runs/3881497935/attempts/2")
    assert row.is_default_branch


def test_a_run_in_progress_has_no_end() -> None:
    row = to_run(recorded("WorkflowRun.test_cancel", "actions/runs"), default_branch="main")
    assert (row.status, row.conclusion, row.finished_at) == ("running", "in_progress", None)
    assert (row.event, row.actor, row.is_default_branch) == ("pull_request", "nuang-ee", False)


def test_an_old_run_without_name_or_attempt_is_read_all_the_same() -> None:
    found = recorded("Workflow.testGetRunsWithNoArguments", "/runs")["workflow_runs"]
    rows = [to_run(each, default_branch="master") for each in found]
    assert len(rows) == len(found) > 1
    assert {row.attempt for row in rows} == {1}
    assert rows[0].title == "Remove unneeded duplicate string checks in Branch (#1524)"


def test_a_job_knows_how_long_it_waited_and_on_what_it_ran() -> None:
    job = recorded("Repository.testGetWorkflowJob", "actions/jobs")
    row, steps = to_job(job, repo="PyGithub/PyGithub"), to_steps(job, repo="PyGithub/PyGithub")
    assert (row.queued_seconds, row.runner_labels, row.pipeline) == (3.0, ["ubuntu-latest"], "OpenAPI")
    assert [step.number for step in steps] == sorted(step.number for step in steps)
    assert {step.status for step in steps} <= {"success", "skipped"}


def test_steps_with_other_offsets_are_in_utc() -> None:
    steps = to_steps(example("job-paginated")["jobs"][0], repo="octo-org/octo-repo")
    assert steps[0].started_at == at("2020-01-20T17:42:40")


def test_a_commit_has_its_files_and_its_author_by_login() -> None:
    commit = recorded("Commit.testAttributes", "commits/")
    row = to_commit(commit, repo="jacquev6/PyGithub", files=[file["filename"] for file in commit["files"]])
    assert (row.author, row.files, row.is_merge) == ("jacquev6", ["github/GithubObjects/GitAuthor.py"], False)
    assert row.committed_at == at("2012-05-09T16:22:33")


def test_a_pull_request_has_its_ends() -> None:
    row = to_pull(recorded("PullRequest.testConvertToDraft", "pulls/1"), repo="didot/PyGithub")
    assert (row.state, row.base, row.head, row.additions, row.merge_sha) == ("open", "main", "test", 1, "")
    assert "review_count" not in row.model_fields_set


def test_a_deployment_without_a_status_waits() -> None:
    row = to_deployment(recorded("Deployment.setUp", "deployments/"), [], repo="jacquev6/PyGithub")
    assert (row.id, row.environment, row.tier, row.status) == ("263877258", "test", "testing", "queued")


def test_environments_and_repositories_are_rows() -> None:
    found = recorded("Environment.testGetEnvironments", "environments")["environments"]
    environments = [to_environment(each, repo="alson/PyGithub") for each in found]
    repository = to_repository(recorded("Repository.testGetWorkflowJob", "/repos/PyGithub/PyGithub"))
    assert [(each.name, each.tier) for each in environments] == [("dev", "development")]
    assert (repository.repo, repository.default_branch, repository.visibility) == (
        "PyGithub/PyGithub",
        "main",
        "public",
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_every_recorded_delivery_is_understood(sample: Sample) -> None:
    """Events that say nothing to us give no rows; all others do, and name the repository as it is written."""
    rows = webhook(sdk.Delivery("1", sample.event, {}, sample.body, at("2026-01-15T12:00:00")))
    is_tag = any(mark in sample.body for mark in (b'"ref_type": "tag"', b'"refs/tags/'))
    assert bool(rows) == (sample.event in EVENTS and not is_tag)
    assert all("/" in str(getattr(row, "repo", "/")) for row in rows)


def test_recorded_runs_and_jobs_become_these_rows() -> None:
    rows = {sample.name: webhook(_delivery(sample)) for sample in SAMPLES if sample.event.startswith("workflow_")}
    run, job = rows["workflow_run/04.requested"][0], rows["workflow_job/02.completed"][0]
    waiting = rows["workflow_job/07.waiting"][0]
    assert isinstance(run, sdk.PipelineRun)
    assert (run.id, run.attempt, run.status, run.repo) == ("289782451", 1, "queued", "octo-org/octo-repo")
    assert isinstance(job, sdk.PipelineJob)
    assert (job.name, job.status, job.queued_seconds) == ("linters", "success", 60.0)
    assert len(rows["workflow_job/02.completed"]) == 9
    assert isinstance(waiting, sdk.PipelineJob)
    assert (waiting.status, waiting.conclusion, waiting.started_at) == ("queued", "waiting", None)


def test_a_recorded_deployment_status_ends_its_deployment() -> None:
    sample = next(each for each in SAMPLES if each.event == "deployment_status")
    (row,) = webhook(_delivery(sample))
    assert isinstance(row, sdk.Deployment)
    assert (row.id, row.environment, row.tier, row.status) == ("145988746", "production", "production", "success")
    assert row.finished_at == at("2019-05-15T15:20:55")


def test_a_recorded_push_brings_its_commits_and_the_branch() -> None:
    sample = next(each for each in SAMPLES if each.name == "push/04.none")
    commit, branch = webhook(_delivery(sample))
    assert isinstance(commit, sdk.Commit)
    assert isinstance(branch, sdk.Branch)
    assert (commit.sha, commit.files, commit.title) == (branch.head_sha, ["README.md"], "Initial commit")
    assert (branch.name, branch.is_default, branch.is_deleted) == ("master", True, False)


def _delivery(sample: Sample) -> sdk.Delivery:
    return sdk.Delivery("1", sample.event, {}, sample.body, at("2026-01-15T12:00:00"))
