"""GitHub's JSON becomes rows; what is missing, odd or told twice is taken as GitHub means it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opssight_github.rows import queued_seconds, to_job, to_run
from opssight_github.rows_code import pull_details, to_pull
from opssight_github.rows_deployments import to_deployment
from opssight_github.words import moment, seconds_between, to_status, to_tier

RUN: dict[str, Any] = {
    "id": 7,
    "name": "CI",
    "path": ".github/workflows/ci.yml",
    "run_attempt": 1,
    "run_number": 3,
    "event": "push",
    "status": "completed",
    "conclusion": "success",
    "head_branch": "main",
    "head_sha": "a" * 40,
    "display_title": "Fix it",
    "created_at": "2026-01-15T12:00:00Z",
    "run_started_at": "2026-01-15T12:00:00Z",
    "updated_at": "2026-01-15T12:05:00Z",
    "actor": {"login": "ada"},
    "triggering_actor": None,
    "repository": {"full_name": "acme/web"},
    "head_repository": {"full_name": "acme/web"},
    "pull_requests": [],
    "html_url": "https://github.com/acme/web/actions/runs/7",
}
JOB: dict[str, Any] = {
    "id": 9,
    "run_id": 7,
    "run_attempt": 1,
    "workflow_name": "CI",
    "head_branch": "main",
    "name": "build",
    "status": "completed",
    "conclusion": "failure",
    "created_at": "2026-01-15T12:00:00Z",
    "started_at": "2026-01-15T12:00:10Z",
    "completed_at": "2026-01-15T12:03:00Z",
    "labels": ["self-hosted", "linux"],
    "runner_name": "runner-1",
    "steps": [],
}


@pytest.mark.parametrize(
    ("status", "conclusion", "expected"),
    [
        ("completed", "success", "success"),
        ("completed", "timed_out", "failure"),
        ("completed", "startup_failure", "failure"),
        ("completed", "neutral", "skipped"),
        ("completed", "stale", "skipped"),
        ("completed", "action_required", "queued"),
        ("completed", "a word of next year", "skipped"),
        ("in_progress", None, "running"),
        ("waiting", None, "queued"),
        ("a word of next year", None, "queued"),
        (None, None, "queued"),
    ],
)
def test_every_word_has_a_status(status: str | None, conclusion: str | None, expected: str) -> None:
    assert to_status(status, conclusion) == expected


def test_a_run_that_waits_for_approval_has_not_ended() -> None:
    row = to_run(RUN | {"conclusion": "action_required"}, default_branch="main")
    assert (row.status, row.conclusion, row.finished_at) == ("queued", "action_required", None)


def test_a_forks_main_is_not_our_main() -> None:
    fork = to_run(RUN | {"head_repository": {"full_name": "eve/web"}}, default_branch="main")
    gone = to_run(RUN | {"head_repository": None, "head_branch": None}, default_branch="main")
    assert (fork.is_default_branch, gone.is_default_branch, gone.branch) == (False, False, "")


def test_a_deleted_person_is_nobody() -> None:
    assert to_run(RUN | {"actor": None}, default_branch="main").actor == ""


def test_what_a_run_waited_for_is_left_to_its_jobs() -> None:
    assert "queued_seconds" not in to_run(RUN, default_branch="main").model_fields_set


def test_a_queued_job_has_no_start_although_github_gives_one() -> None:
    row = to_job(JOB | {"status": "queued", "conclusion": None, "completed_at": None}, repo="acme/web")
    assert (row.status, row.started_at, row.queued_seconds, row.runner) == ("queued", None, None, "")


def test_a_skipped_job_never_ran() -> None:
    row = to_job(JOB | {"conclusion": "skipped", "runner_name": ""}, repo="acme/web")
    assert (row.status, row.started_at, row.runner, row.queued_seconds) == ("skipped", None, "", None)
    assert row.finished_at is not None


def test_the_first_failed_step_is_named() -> None:
    steps = [
        {"number": 1, "name": "Set up job", "status": "completed", "conclusion": "success"},
        {"number": 2, "name": "make test", "status": "completed", "conclusion": "failure"},
        {"number": 3, "name": "Upload", "status": "completed", "conclusion": "failure"},
    ]
    assert to_job(JOB | {"steps": steps}, repo="acme/web").failed_step == "make test"
    assert to_job(JOB | {"steps": steps, "conclusion": "success"}, repo="acme/web").failed_step == ""


def test_needs_are_left_as_they_are_where_unknown() -> None:
    assert "needs" not in to_job(JOB, repo="acme/web").model_fields_set
    assert to_job(JOB, repo="acme/web", needs=["lint"]).needs == ["lint"]


@given(st.integers(-7_200, 7_200), st.integers(-7_200, 7_200))
def test_no_duration_is_negative_whatever_the_clocks_say(started: int, ended: int) -> None:
    """check 63: two clocks that disagree by minutes give no job that ends before it began or waited less than none."""
    base = moment("2026-01-15T12:00:00Z")
    begin, end = (f"{base + timedelta(seconds=each):%Y-%m-%dT%H:%M:%SZ}" for each in (started, ended))
    row = to_job(JOB | {"started_at": begin, "completed_at": end}, repo="acme/web")
    assert row.started_at is not None
    assert row.finished_at is not None
    assert row.finished_at >= row.started_at
    assert row.queued_seconds is not None
    assert row.queued_seconds >= 0
    run = to_run(RUN | {"run_started_at": begin, "updated_at": end}, default_branch="main")
    assert run.finished_at is not None
    assert run.started_at is not None
    assert run.finished_at >= run.started_at


def test_summer_time_and_leap_seconds_are_moments_like_others() -> None:
    """check 63: offsets on both sides of a change of summer time lie as far apart as they are."""
    assert seconds_between("2026-03-29T01:59:59+01:00", "2026-03-29T03:00:01+02:00") == 2
    assert seconds_between("2026-10-25T02:59:59+02:00", "2026-10-25T02:00:01+01:00") == 2


def test_an_attempt_waited_until_its_first_job_began() -> None:
    jobs = [to_job(JOB | {"id": number, "started_at": f"2026-01-15T12:00:{number}Z"}, repo="r") for number in (20, 30)]
    assert queued_seconds(moment("2026-01-15T12:00:00Z"), jobs) == 20
    assert queued_seconds(moment("2026-01-15T12:01:00Z"), jobs) == 0
    assert queued_seconds(moment("2026-01-15T12:00:00Z"), []) is None


PULL: dict[str, Any] = {
    "number": 5,
    "title": "Fix",
    "user": {"login": "ada"},
    "state": "closed",
    "draft": False,
    "base": {"ref": "main"},
    "head": {"ref": "fix", "sha": "b" * 40},
    "labels": [{"name": "bug"}],
    "created_at": "2026-01-10T00:00:00Z",
    "updated_at": "2026-01-12T00:00:00Z",
    "closed_at": "2026-01-12T00:00:00Z",
    "merged_at": None,
    "merge_commit_sha": "c" * 40,
}


def test_the_trial_merge_of_a_closed_pull_request_is_not_its_merge() -> None:
    closed, merged = (to_pull(PULL | {"merged_at": each}, repo="r") for each in (None, "2026-01-12T00:00:00Z"))
    assert (closed.state, closed.merge_sha) == ("closed", "")
    assert (merged.state, merged.merge_sha) == ("merged", "c" * 40)


def test_reviews_are_those_of_others_that_were_given() -> None:
    def review(login: str | None, state: str, day: str | None) -> dict[str, Any]:
        person = {"login": login} if login else None
        return {"user": person, "state": state, "submitted_at": day and f"2026-01-{day}T00:00:00Z"}

    given_ = [
        review("ada", "COMMENTED", "10"),
        review("bob", "PENDING", None),
        review("bob", "CHANGES_REQUESTED", "11"),
        review("cleo", "APPROVED", "13"),
        review("cleo", "APPROVED", "12"),
        review(None, "COMMENTED", "14"),
    ]
    commits = [{"commit": {"author": {"date": f"2026-01-0{day}T00:00:00Z"}}} for day in (9, 8)]
    found = pull_details(PULL, given_, commits)
    assert (found["review_count"], found["reviewers"]) == (4, ["bob", "cleo"])
    assert found["first_review_at"] == moment("2026-01-11T00:00:00Z")
    assert found["approved_at"] == moment("2026-01-12T00:00:00Z")
    assert found["first_commit_at"] == moment("2026-01-08T00:00:00Z")


def test_becoming_inactive_is_no_end_of_a_deployment() -> None:
    deployment = {"id": 1, "environment": "prod", "sha": "a", "ref": "v1.2.3", "created_at": "2026-01-01T00:00:00Z"}
    states = [
        ("success", 2, "/actions/runs/77/job/1"),
        ("inactive", 3, "/actions/runs/88/job/2"),
        ("in_progress", 1, ""),
    ]
    statuses = [
        {"id": number, "state": state, "created_at": f"2026-01-0{number}T00:00:00Z", "log_url": f"https://x{path}"}
        for state, number, path in states
    ]
    row = to_deployment(deployment, statuses, repo="acme/web")
    assert (row.status, row.run_id, row.version, row.tier) == ("success", "77", "v1.2.3", "production")
    assert row.finished_at == moment("2026-01-02T00:00:00Z")


def test_a_link_that_is_no_address_is_not_kept() -> None:
    """check 26: what a status links to becomes a link in a panel."""
    deployment = {"id": 1, "environment": "x", "sha": "a", "created_at": "2026-01-01T00:00:00Z"}
    status = {"id": 1, "state": "success", "created_at": "2026-01-01T00:00:00Z", "log_url": "javascript:alert(1)"}
    assert to_deployment(deployment, [status], repo="acme/web").url == ""


@pytest.mark.parametrize(
    ("name", "tier"),
    [
        ("production", "production"),
        ("eu_prod_1", "production"),
        ("github-pages", "production"),
        ("pre-prod", "staging"),
        ("Staging EU", "staging"),
        ("e2e", "testing"),
        ("preview-17", "development"),
        ("moon", "other"),
    ],
)
def test_an_environments_name_tells_its_tier(name: str, tier: str) -> None:
    assert to_tier(name) == tier
    assert to_tier(name, is_production=True) == "production"
