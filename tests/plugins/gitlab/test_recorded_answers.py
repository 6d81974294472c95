"""Recorded answers of real GitLabs load without loss; what can't be understood is refused by name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import orjson
import pytest

from datasource_server import sdk
from opssight_gitlab.rows import to_repository
from opssight_gitlab.rows_code import (
    changed_files,
    line_counts,
    merge_request_details,
    to_branch,
    to_commit,
    to_merge_request,
)
from opssight_gitlab.rows_deployments import deploying_job, to_deployment
from opssight_gitlab.rows_incidents import to_incident
from opssight_gitlab.rows_jobs import to_job, to_jobs
from opssight_gitlab.rows_pipelines import Origin, to_runs
from opssight_gitlab.words import STATUSES

from .house import SECRET, gitlab_house
from .samples import ANSWERS, FOLDER, hooks, recordings, table

ORIGIN = Origin("acme/web", "master")
ROWS_OF = {
    "branch_delete": {"Branch"},
    "issue_comment_create": set(),
    "issue_create": set(),
    "note_commit": set(),
    "note_merge_request": set(),
    "note_snippet": set(),
    "pull_request_close": {"PullRequest"},
    "pull_request_merge": {"PullRequest"},
    "pull_request_review_ready": {"PullRequest"},
    "resource_access_token_project": set(),
    "tag_create": {"Commit"},
    "tag_delete": set(),
    "tag_delete_subgroup": set(),
    "wiki_page": set(),
}


@recordings
def test_every_pipeline_becomes_a_run_with_a_status_of_the_closed_list() -> None:
    listed, whole = table("pipeline"), table("pipeline_details")
    runs = [run for each in (*listed, *whole) for run in to_runs(each, [], ORIGIN)]
    assert len(runs) == len(listed) + len(whole) > 40
    assert {run.conclusion for run in runs} <= STATUSES.keys()
    assert {run.status for run in runs} <= set(sdk.STATUSES)
    assert all((run.finished_at is None) == (run.status in ("queued", "running")) for run in runs)
    requests = [run for run in runs if run.pull_request]
    assert requests
    assert not any(run.is_default_branch for run in requests)


@recordings
def test_every_job_becomes_a_row_of_the_attempt_that_made_it() -> None:
    jobs = table("job")
    rows = [to_job(each, repo="acme/web") for each in jobs]
    assert [row.id for row in rows] == [str(each["id"]) for each in jobs]
    assert all(row.queued_seconds is None or row.queued_seconds >= 0 for row in rows)
    assert all(row.finished_at is None or row.finished_at >= (row.started_at or row.created_at) for row in rows)
    by_pipeline: dict[int, list[dict[str, object]]] = {}
    for each in jobs:
        by_pipeline.setdefault(each["pipeline"]["id"], []).append(each)
    for own in by_pipeline.values():
        pipeline = own[0]["pipeline"]
        assert isinstance(pipeline, dict)
        attempts = Counter(row.attempt for row in to_jobs(pipeline, own, ORIGIN))
        runs = to_runs(pipeline, own, ORIGIN)
        assert [run.attempt for run in runs] == list(range(1, len(runs) + 1))
        assert set(attempts) <= {run.attempt for run in runs}


@recordings
def test_every_deployment_becomes_a_row_and_an_unknown_word_counts_as_queued() -> None:
    rows = [to_deployment(each, repo="acme/web", tiers={}) for each in table("deployments")]
    by_word = {row.conclusion: row.status for row in rows}
    assert by_word["blocked"] == "queued"
    assert by_word["success"] == "success"
    assert by_word["failed"] == "failure"
    jobs = [job for each in table("deployments") for job in deploying_job(each, repo="acme/web")]
    assert all(job.environment for job in jobs)
    assert all(row.sha and row.environment for row in rows)


@recordings
def test_every_merge_request_becomes_a_row_with_its_reviews() -> None:
    requests = table("merge_requests")
    notes, commits = table("merge_request_notes"), table("merge_request_commits")
    for each in requests:
        own = [note for note in notes if note["noteable_id"] == each["id"]]
        row = to_merge_request(each, repo="acme/web", details=merge_request_details(each, own, []))
        assert (row.state == "merged") == (row.merged_at is not None) == bool(row.merge_sha)
        assert row.review_count == 0 or row.first_review_at is not None
    assert any(row.state == "merged" for row in (to_merge_request(each, repo="a/b") for each in requests))
    approving = [note for note in notes if note["body"] == "approved this merge request"]
    details = merge_request_details({"author": {"username": "nobody"}}, approving, commits)
    assert details["approved_at"] is not None
    assert details["first_commit_at"] == min(to_commit(each, repo="a/b").authored_at for each in commits)


@recordings
def test_every_issue_can_be_an_incident() -> None:
    rows = [to_incident(each, repo="acme/web") for each in table("issues")]
    assert {row.state for row in rows} == {"open", "resolved"}
    assert all((row.resolved_at is not None) == (row.state == "resolved") for row in rows)


@recordings
def test_other_recorded_answers_become_rows() -> None:
    request = orjson.loads((ANSWERS / "merge.json").read_bytes())
    assert to_merge_request(request, repo="gitlab-org/testme").state == "closed"
    diffs = orjson.loads((ANSWERS / "merge_diffs_page2.json").read_bytes())
    assert changed_files(diffs)
    assert set(line_counts(diffs)) <= {"additions", "deletions"}
    for branch in orjson.loads((ANSWERS / "branches_filter.json").read_bytes()):
        assert to_branch(branch, repo="a/b").head_at is not None
    commit = orjson.loads((FOLDER / "xanzy+go-gitlab/testdata/get_commit.json").read_bytes())
    with pytest.raises(KeyError, match="authored_date"):  # it was cut to where it has no moment at all
        to_commit(commit, repo="a/b")
    project = orjson.loads(_project().read_bytes())
    assert to_repository(project).repo == project["path_with_namespace"]


def _project() -> Path:
    return FOLDER / "runatlantis+atlantis/server/events/vcs/gitlab/testdata/project-success.json"


@recordings
@pytest.mark.parametrize(("name", "body"), [*hooks()], ids=[name for name, _ in hooks()])
async def test_each_recorded_delivery_is_taken_and_says_what_it_says(name: str, body: bytes, tmp_path: Path) -> None:
    """check 36: refused without its token, and one row however often it comes."""
    async with gitlab_house(tmp_path, projects=["acme/web"]) as house:
        headers = {"X-Gitlab-Token": SECRET, "X-Gitlab-Event": name}
        with pytest.raises(sdk.Rejected):
            await house.ingest.receive("gitlab", "webhook", {**headers, "X-Gitlab-Token": "no"}, body, {})
        for _ in range(3):
            received = await house.ingest.receive("gitlab", "webhook", headers, body, {})
        assert received.state == "parsed"
        assert (received.rows > 0) == bool(ROWS_OF[name])
        assert await house.rows("SELECT count(*) AS n FROM delivery") == [{"n": 1}]
