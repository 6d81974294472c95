"""GitLab's JSON becomes rows; what is missing, odd or told twice is taken as GitLab means it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opssight_gitlab.ci_file import read_definition
from opssight_gitlab.rows_code import (
    changed_files,
    line_counts,
    merge_request_details,
    merge_sha,
    to_commit,
    to_merge_request,
)
from opssight_gitlab.rows_deployments import deploying_job, to_deployment
from opssight_gitlab.rows_incidents import is_incident, to_incident
from opssight_gitlab.rows_jobs import to_job, to_jobs
from opssight_gitlab.rows_pipelines import Origin, to_runs
from opssight_gitlab.words import moment, to_event, to_pipeline_name, to_status, to_tier

from .test_attempts import NOON, ORIGIN, at, job, pipeline

REQUEST: dict[str, Any] = {
    "iid": 5,
    "title": "Try it",
    "state": "merged",
    "created_at": at(0),
    "updated_at": at(30),
    "merged_at": at(30),
    "closed_at": None,
    "target_branch": "main",
    "source_branch": "try",
    "author": {"username": "ada"},
    "merge_user": {"username": "bob"},
    "labels": ["bug"],
    "draft": False,
    "sha": "h" * 40,
    "merge_commit_sha": None,
    "squash_commit_sha": "s" * 40,
    "web_url": "https://gitlab.com/acme/web/-/merge_requests/5",
}


def note(who: str, body: str, minutes: float, *, is_system: bool = False) -> dict[str, Any]:
    """A note of a merge request."""
    return {"author": {"username": who}, "body": body, "created_at": at(minutes), "system": is_system}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("created", "queued"),
        ("waiting_for_resource", "queued"),
        ("preparing", "queued"),
        ("pending", "queued"),
        ("scheduled", "queued"),
        ("manual", "queued"),
        ("running", "running"),
        ("canceling", "running"),
        ("success", "success"),
        ("failed", "failure"),
        ("canceled", "cancelled"),
        ("skipped", "skipped"),
        ("a word of tomorrow", "queued"),
    ],
)
def test_every_word_of_gitlab_has_its_status(word: str, expected: str) -> None:
    assert to_status(word) == expected


@pytest.mark.parametrize(
    "text", ["2026-01-15T12:00:00Z", "2026-01-15 12:00:00 UTC", "2026-01-15 13:00:00 +0100", "2026-01-15T12:00:00.000Z"]
)
def test_a_moment_is_read_however_gitlab_writes_it(text: str) -> None:
    assert moment(text) == NOON


def test_pipelines_without_a_name_are_told_apart_by_what_started_them() -> None:
    assert to_pipeline_name({"name": "CI", "source": "schedule"}) == "CI"
    assert to_pipeline_name({"name": None, "source": "push"}) == "pipeline"
    assert to_pipeline_name({"source": "schedule"}) == "scheduled pipeline"
    assert to_pipeline_name({"source": "parent_pipeline"}) == "child pipeline"


def test_events_have_the_words_that_all_forges_share() -> None:
    found = [to_event(word) for word in ("push", "merge_request_event", "schedule", "web", "ondemand_dast_scan", None)]
    assert found == ["push", "pull_request", "schedule", "workflow_dispatch", "ondemand_dast_scan", ""]


def test_gitlabs_own_tier_counts_before_the_name() -> None:
    assert to_tier("prod-eu", "staging") == "staging"
    assert to_tier("prod-eu") == "production"
    assert to_tier("review/try", None) == "development"
    assert to_tier("eu", "other") == "other"


def test_a_pipeline_of_a_merge_request_ran_on_its_source_branch() -> None:
    origin = Origin("acme/web", "main", {5: "main"}, {5: "Try it"})
    (run,) = to_runs(pipeline(ref="refs/merge-requests/5/head", source="merge_request_event"), [], origin)
    assert (run.branch, run.pull_request, run.event, run.title) == ("main", 5, "pull_request", "Try it")
    assert not run.is_default_branch


def test_a_tag_named_as_the_default_branch_is_not_that_branch() -> None:
    (run,) = to_runs(pipeline(tag=True), [], ORIGIN)
    assert not run.is_default_branch
    assert to_runs(pipeline(tag=False), [], ORIGIN)[0].is_default_branch


def test_a_pipeline_that_never_changed_is_as_old_as_it_is() -> None:
    (run,) = to_runs(pipeline(status="running", updated_at=None, finished_at=None), [], ORIGIN)
    assert run.updated_at == NOON


def test_a_job_began_to_wait_when_its_stage_was_due_not_when_its_pipeline_was_made() -> None:
    row = to_job(job(1, "unit", "success", 0, (9, 12)), repo="acme/web")
    assert row.created_at == NOON + timedelta(minutes=8, seconds=30)
    assert row.queued_seconds == 30.0
    assert row.runner_labels == ["linux"]


def test_jobs_that_nobody_waits_for_yet_are_no_rows_and_manual_ones_are_not_queued() -> None:
    jobs = [
        job(1, "build", "running", 0, (1, 2), finished_at=None),
        job(2, "unit", "created", 0, None),
        job(3, "ship", "manual", 0, None),
        job(4, "later", "scheduled", 0, None),
    ]
    rows = to_jobs(pipeline(status="running"), jobs, ORIGIN)
    assert [(row.name, row.status, row.conclusion) for row in rows] == [
        ("build", "running", "running"),
        ("ship", "skipped", "manual"),
    ]
    assert all(row.finished_at is None for row in rows)


def test_a_failed_job_says_why_in_gitlabs_words() -> None:
    row = to_job(job(1, "unit", "failed", 0, (1, 2), failure_reason="runner_system_failure"), repo="acme/web")
    assert (row.status, row.conclusion) == ("failure", "runner_system_failure")


def test_jobs_wait_for_the_stage_before_unless_the_file_says_otherwise() -> None:
    jobs = [
        job(1, "build", "success", 0, (1, 2), stage="build"),
        job(2, "lint", "success", 0, (1, 2), stage="build"),
        job(3, "unit 1/2", "success", 0, (3, 4), stage="test"),
        job(4, "unit 2/2", "success", 0, (3, 4), stage="test"),
        job(5, "ship", "success", 0, (5, 6), stage="deploy"),
    ]
    plain = {row.name: row.needs for row in to_jobs(pipeline(), jobs, ORIGIN)}
    assert plain["build"] == []
    assert plain["unit 1/2"] == ["build", "lint"]
    assert plain["ship"] == ["unit 1/2", "unit 2/2"]
    text = b"""
.slow: {needs: [build]}
unit: {extends: [.other, .slow], script: !reference [.x, script]}
build: {script: make}
ship: {needs: [{job: unit, artifacts: true}, {pipeline: $UP, job: x}]}
"""
    told = Origin("acme/web", "main", definition=read_definition(text))
    named = {row.name: row.needs for row in to_jobs(pipeline(), jobs, told)}
    assert named["unit 2/2"] == ["build"]
    assert named["ship"] == ["unit 1/2", "unit 2/2"]
    assert named["lint"] == []


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"- a\n- b", b"a: &a [*a]", b"{" * 5_000, b"x" * 1_100_000])
def test_a_file_that_is_none_says_nothing(text: bytes) -> None:
    assert read_definition(text).needs == {}


def test_the_commit_that_the_target_got_is_the_merge_else_the_squash_else_the_last() -> None:
    assert merge_sha(REQUEST) == "s" * 40
    assert merge_sha({**REQUEST, "merge_commit_sha": "m" * 40}) == "m" * 40
    assert merge_sha({**REQUEST, "squash_commit_sha": None}) == "h" * 40
    row = to_merge_request(REQUEST, repo="acme/web")
    assert (row.state, row.merge_sha, row.merged_by) == ("merged", "s" * 40, "bob")
    assert row.closed_at == row.merged_at == NOON + timedelta(minutes=30)


@pytest.mark.parametrize(("state", "expected"), [("opened", "open"), ("locked", "open"), ("closed", "closed")])
def test_a_merge_request_that_is_not_merged_became_no_commit(state: str, expected: str) -> None:
    row = to_merge_request({**REQUEST, "state": state, "merged_at": None}, repo="acme/web")
    assert (row.state, row.merge_sha) == (expected, "")


def test_reviews_are_what_others_said_remarks_handed_in_together_counting_once() -> None:
    notes = [
        note("ada", "my own remark", 1),
        note("ada", "added 1 commit", 1.5, is_system=True),
        note("bob", "why?", 2),
        note("bob", "and here?", 2.05),
        note("bob", "requested changes", 2.06, is_system=True),
        note("eve", "merged", 8, is_system=True),
        note("cyd", "approved this merge request", 7, is_system=True),
        note("bob", "approved this merge request", 6, is_system=True),
        note("bob", "unapproved this merge request", 6.5, is_system=True),
    ]
    details = merge_request_details(REQUEST, notes, [{"authored_date": at(-9), "created_at": at(0)}])
    assert details == {
        "first_commit_at": NOON - timedelta(minutes=9),
        "first_review_at": NOON + timedelta(minutes=2),
        "approved_at": NOON + timedelta(minutes=6),
        "review_count": 3,
        "reviewers": ["bob", "cyd"],
    }


def test_the_parents_of_a_commit_are_left_alone_where_a_list_leaves_them_out() -> None:
    commit = {"id": "c" * 40, "message": "Fix\n\nThis reverts commit abcdef1.", "created_at": at(0), "parent_ids": []}
    assert "parents" not in to_commit(commit, repo="acme/web").model_fields_set
    whole = to_commit({**commit, "parent_ids": ["a", "b"]}, repo="acme/web", files=["x"])
    assert (whole.is_merge, whole.parents, whole.files, whole.reverts_sha) == (True, ["a", "b"], ["x"], "abcdef1")


def test_diffs_tell_paths_and_lines_unless_gitlab_leaves_one_out() -> None:
    diffs = [
        {"new_path": "b", "old_path": "a", "renamed_file": True, "diff": "@@ -1 +1,2 @@\n-x\n+y\n+++\n z\n"},
        {"new_path": "d", "old_path": "c", "deleted_file": True, "diff": "-gone\n--- not a header\n"},
    ]
    assert changed_files(diffs) == ["b", "c"]
    assert line_counts(diffs[:1]) == {"additions": 2, "deletions": 1}
    assert line_counts([*diffs, {"new_path": "e", "too_large": True, "diff": ""}]) == {}


def test_a_deployment_has_gitlabs_tier_its_job_and_its_end() -> None:
    deployment = {
        "id": 3,
        "ref": "v1.2.0",
        "sha": "d" * 40,
        "status": "success",
        "created_at": at(0),
        "updated_at": at(9),
        "user": {"username": "ada"},
        "environment": {"id": 1, "name": "eu"},
        "deployable": job(1, "ship", "success", 0, (3, 8)),
    }
    row = to_deployment(deployment, repo="acme/web", tiers={"eu": "production"})
    assert (row.tier, row.version, row.run_id, row.service) == ("production", "v1.2.0", "7", "web")
    assert row.finished_at == NOON + timedelta(minutes=8)
    (deploying,) = deploying_job(deployment, repo="acme/web")
    assert deploying.environment == "eu"
    assert "attempt" not in deploying.model_fields_set
    undone = to_deployment({**deployment, "deployable": None, "status": "running"}, repo="acme/web", tiers={})
    assert (undone.finished_at, undone.run_id) == (None, "")


ISSUE: dict[str, Any] = {
    "id": 9,
    "title": "Checkout is down",
    "state": "closed",
    "created_at": at(0),
    "updated_at": at(50),
    "closed_at": at(40),
    "labels": ["Incident", "severity::2"],
    "severity": "UNKNOWN",
    "issue_type": "issue",
    "assignees": [{"username": "ada"}],
}


def test_an_issue_is_an_incident_by_label_or_type() -> None:
    assert is_incident(ISSUE, ["incident"])
    assert not is_incident(ISSUE, ["outage"])
    assert is_incident({**ISSUE, "issue_type": "incident"}, [])
    row = to_incident(ISSUE, repo="acme/web")
    assert (row.state, row.severity, row.original_severity) == ("resolved", "high", "severity::2")
    assert (row.opened_at, row.resolved_at) == (NOON, NOON + timedelta(minutes=40))


@pytest.mark.parametrize(
    ("labels", "field", "expected"),
    [
        ([], "CRITICAL", "critical"),
        (["P1"], "LOW", "low"),
        (["P1"], "UNKNOWN", "critical"),
        (["sev3"], None, "medium"),
        (["priority: high"], None, "high"),
        (["S4"], None, "low"),
        (["high"], None, "unknown"),
        (["P3", "severity/critical"], None, "critical"),
    ],
)
def test_gitlabs_severity_counts_before_the_labels(labels: list[str], field: str | None, expected: str) -> None:
    assert to_incident({**ISSUE, "labels": labels, "severity": field}, repo="acme/web").severity == expected


def test_a_reopened_issue_is_open_again() -> None:
    row = to_incident({**ISSUE, "state": "opened"}, repo="acme/web")
    assert (row.state, row.resolved_at) == ("open", None)
    assert row.updated_at == datetime(2026, 1, 15, 12, 50, tzinfo=UTC)
