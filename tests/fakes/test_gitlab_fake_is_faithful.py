"""The fake GitLab has the shapes of recorded answers and webhooks."""

import csv
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .github import World, change_issue
from .gitlab import FakeGitLab
from .gitlab.shapes_merge_requests import notes_of

SHARED = Path(os.environ.get("OPSSIGHT_SHARED", Path(__file__).parents[3] / "shared")) / "data/samples/gitlab"
TABLES = SHARED / "apache+incubator-devlake/backend/plugins/gitlab/e2e/raw_tables"
PROJECT = "/projects/acme%2Fcheckout-api"
RECORDED = {
    "job": f"{PROJECT}/jobs",
    "pipeline": f"{PROJECT}/pipelines",
    "pipeline_details": f"{PROJECT}/pipelines/{{run}}",
    "deployments": f"{PROJECT}/deployments",
    "issues": f"{PROJECT}/issues",
    "merge_requests": f"{PROJECT}/merge_requests?state=merged",
    "merge_request_notes": f"{PROJECT}/merge_requests/{{pull}}/notes",
    "merge_request_commits": f"{PROJECT}/merge_requests/{{pull}}/commits",
}
FILES = {
    "xanzy+go-gitlab/testdata/get_commit.json": f"{PROJECT}/repository/commits/main",
    "xanzy+go-gitlab/testdata/get_branch.json": f"{PROJECT}/repository/branches/main",
    "xanzy+go-gitlab/testdata/get_pipeline_testreport.json": f"{PROJECT}/pipelines/{{run}}/test_report",
    "runatlantis+atlantis/server/events/vcs/gitlab/testdata/project-success.json": PROJECT,
    "runatlantis+atlantis/server/events/vcs/gitlab/testdata/pipeline-with-pipeline-skipped.json": (
        f"{PROJECT}/merge_requests/{{pull}}"
    ),
}
HOOKS = {
    "drone+go-scm/scm/driver/gitlab/testdata/webhooks/pull_request_merge.json": "merge_request",
    "drone+go-scm/scm/driver/gitlab/testdata/webhooks/issue_create.json": "issue",
    "drone+go-scm/scm/driver/gitlab/testdata/webhooks/tag_create.json": "tag_push",
    "xanzy+go-gitlab/testdata/webhooks/note_merge_request.json": "note",
}
UNUSED = (
    "milestone.",
    "user.bio_html",
    "deployable.user.bio_html",
    "container_expiration_policy",
    "runners_token",
    "build_coverage_regex",
    "emails_disabled",
    "external_authorization_classification_label",
    "auto_devops_deploy_strategy",
    "repository_storage",
    "restrict_user_defined_variables",
    "printing_merge_request_link_enabled",
    "issue.",
    "service_desk_address",
    "snippets_access_level",
    "pages_access_level",
    "operations_access_level",
    "analytics_access_level",
    "container_registry_access_level",
    "import_error",
    "test_suites.test_cases.attachment_url",
    "test_suites.test_cases.recent_failures.",
    "allow_",
    "object_attributes.deleted_at",
    "object_attributes.branch_name",
    "object_attributes.updated_by_id",
    "object_attributes.human_",
    "changes.",
    "merge_request.labels.",
    "merge_request.assignee",
    "merge_request.position",
    "merge_request.milestone_id",
)


def _keys(shape: object, path: str = "") -> set[str]:
    """Dotted names of all that a JSON value holds; a list stands for its first item."""
    if isinstance(shape, list):
        return _keys(shape[0], path) if shape else set()
    if not isinstance(shape, dict):
        return set()
    own = {f"{path}{key}" for key in shape}
    return own.union(*(_keys(value, f"{path}{key}.") for key, value in shape.items()))


def _missing(recorded: object, ours: object) -> set[str]:
    """What a recorded answer holds and ours doesn't, without what nobody here reads."""
    return {name for name in _keys(recorded) - _keys(ours) if not name.startswith(UNUSED)}


def _rows(table: str) -> Iterator[dict[str, Any]]:
    path = TABLES / f"_raw_gitlab_api_{table}.csv"
    if not path.is_file():
        pytest.skip(f"no recordings in {SHARED}")
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", newline="") as opened:
        yield from (json.loads(row["data"]) for row in csv.DictReader(opened))


def _file(name: str) -> Any:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"no recordings in {SHARED}")
    return json.loads(path.read_text())


@pytest.fixture
def places(gitlab: FakeGitLab, world: World) -> dict[str, int]:
    """A pipeline whose job has a report, a merge request with pipelines, and an issue."""
    world.finish_open_runs()
    repository = world.repository("acme/checkout-api")
    runs = (each for each in reversed(repository.runs) if each.pull_numbers and each.latest.jobs[0].runner)
    run = next(each for each in runs if repository.pulls[each.pull_numbers[0]].reviews)
    gitlab.extras.add_report(run.latest.jobs[0], b'<testsuite><testcase name="one"/></testsuite>')
    issue = gitlab.extras.open_issue(world, repository, "It is down", severity="LOW")
    issue.assignees = (world.person("dev-03"),)
    change_issue(world, issue, is_open=False)
    return {"run": run.id, "pull": run.pull_numbers[0]}


@pytest.mark.parametrize("table", sorted(RECORDED))
async def test_lists_hold_what_recorded_ones_hold(
    table: str, places: dict[str, int], gitlab_client: httpx.AsyncClient
) -> None:
    recorded = max(_rows(table), key=lambda row: len(_keys(row)))
    answer = (await gitlab_client.get(RECORDED[table].format_map(places))).json()
    fullest = max(answer, key=lambda row: len(_keys(row))) if isinstance(answer, list) else answer
    assert _missing(recorded, fullest) == set()


@pytest.mark.parametrize("file", sorted(FILES))
async def test_single_things_hold_what_recorded_ones_hold(
    file: str, places: dict[str, int], gitlab_client: httpx.AsyncClient
) -> None:
    answer = (await gitlab_client.get(FILES[file].format_map(places))).json()
    assert _missing(_file(file), answer) == set()


@pytest.mark.parametrize("file", sorted(HOOKS))
def test_webhooks_hold_what_recorded_ones_hold(
    file: str, places: dict[str, int], gitlab: FakeGitLab, world: World
) -> None:
    recorded, sender = _file(file), gitlab.webhooks(gitlab.add_hook("made up"))
    repository = world.repository("acme/checkout-api")
    pull = repository.pulls[places["pull"]]
    sent = {
        "merge_request": lambda: sender.merge_request(repository, pull, "merge"),
        "issue": lambda: sender.issue(repository, next(iter(repository.issues.values())), "open"),
        "tag_push": lambda: sender.tag_push(repository, repository.commits[repository.branches["main"]], "v1"),
        "note": lambda: sender.note(repository, pull, notes_of(pull)[0]),
    }
    body = json.loads(sent[HOOKS[file]]().body)
    assert _missing(recorded, body) == set()


def test_words_are_those_of_recorded_answers(world: World) -> None:
    notes = {row["body"] for row in _rows("merge_request_notes") if row["system"]}
    ours = {
        note.body for each in world.repositories.values() for pull in each.pulls.values() for note in notes_of(pull)
    }
    assert {"approved this merge request", "merged"} <= notes & ours


async def test_sections_are_written_as_in_a_recorded_trace(world: World, gitlab_client: httpx.AsyncClient) -> None:
    path = SHARED / "gitlab-org+gitlab/spec/fixtures/trace/trace_with_sections"
    if not path.is_file():
        pytest.skip(f"no recordings in {SHARED}")
    run = next(each for each in world.runs() if each.latest.conclusion == "success" and each.latest.jobs)
    ours = await gitlab_client.get(f"/projects/{run.repository.id}/jobs/{run.latest.jobs[0].id}/trace")
    for marker in (b"section_end:", b"section_start:"):
        for text in (path.read_bytes(), ours.content):
            begun = text.split(marker)[1:]
            assert begun
            assert all(each.split(b"\r\x1b[0K")[0].split(b":")[0].isdigit() for each in begun)
