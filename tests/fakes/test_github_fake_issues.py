"""The fake's issues and artifacts are those of GitHub: pull requests among issues, pages, and zips that expire."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import httpx
import pytest

from .github import FakeGitHub, World, change_issue, open_issue, report
from .github.model import Repository
from .reading import everything

EXAMPLES = Path(__file__).parents[3] / "shared/data/samples/github"
ARTIFACTS = EXAMPLES / "octokit-openapi/components.examples/artifact-paginated.json"
ISSUE = EXAMPLES / "octokit-webhooks-examples/api.github.com/issues/15.opened.json"


@pytest.fixture
def repository(world: World) -> Repository:
    """The first repository."""
    return next(iter(world.repositories.values()))


async def numbers(client: httpx.AsyncClient, repository: Repository, **params: str) -> list[int]:
    """Numbers of the listed issues, of all pages."""
    query = "&".join(f"{name}={value}" for name, value in {"per_page": "100", **params}.items())
    items = await everything(client, f"/repos/{repository.full_name}/issues?{query}")
    return [each for item in items if isinstance(each := item["number"], int)]


async def test_pull_requests_are_among_the_issues_and_say_so(client: httpx.AsyncClient, repository: Repository) -> None:
    answer = (await client.get(f"/repos/{repository.full_name}/issues?state=all&per_page=100")).json()
    pulls = [item for item in answer if "pull_request" in item]
    assert pulls
    assert all(item["pull_request"]["url"].endswith(f"/pulls/{item['number']}") for item in pulls)


async def test_issues_are_chosen_by_state_labels_and_change(
    client: httpx.AsyncClient, world: World, repository: Repository
) -> None:
    first = open_issue(world, repository, "one", ["incident", "sev1"])
    world.now += 60
    second = open_issue(world, repository, "two", ["Incident"])
    world.now += 60
    change_issue(world, first, is_open=False)
    assert await numbers(client, repository, labels="incident") == [second.number]
    assert await numbers(client, repository, labels="incident", state="all") == [second.number, first.number]
    assert await numbers(client, repository, labels="incident,sev1", state="closed") == [first.number]
    assert await numbers(client, repository, labels="incident", state="all", sort="updated") == [
        first.number,
        second.number,
    ]
    since = (await client.get(f"/repos/{repository.full_name}/issues/{first.number}")).json()["updated_at"]
    assert await numbers(client, repository, labels="incident", state="all", since=since) == [first.number]
    bad = await client.get(f"/repos/{repository.full_name}/issues?since=yesterday")
    assert bad.status_code == 422


async def test_issues_come_in_pages_and_share_their_numbers_with_pull_requests(
    client: httpx.AsyncClient, world: World, repository: Repository
) -> None:
    made = [open_issue(world, repository, f"number {place}", ["many"]).number for place in range(7)]
    assert not set(made) & set(repository.pulls)
    assert sorted(await numbers(client, repository, labels="many", per_page="3")) == made


async def test_an_artifact_is_a_zip_behind_a_redirect_until_it_expires(
    client: httpx.AsyncClient, world: World, repository: Repository
) -> None:
    run = next(run for run in repository.runs if run.latest.finished_at < world.now)
    made = report(world, run, {"adds": "passed"})
    listed = (await client.get(f"/repos/{repository.full_name}/actions/runs/{run.id}/artifacts")).json()
    assert [(item["id"], item["expired"]) for item in listed["artifacts"]] == [(made.id, False)]
    answer = await client.get(f"/repos/{repository.full_name}/actions/artifacts/{made.id}/zip")
    assert answer.status_code == 302
    async with httpx.AsyncClient() as stranger:
        body = (await stranger.get(answer.headers["location"])).content
    assert zipfile.ZipFile(io.BytesIO(body)).namelist() == ["report.xml"]
    made.expires_at = world.now
    assert (await client.get(f"/repos/{repository.full_name}/actions/artifacts/{made.id}/zip")).status_code == 410
    shown = (await client.get(f"/repos/{repository.full_name}/actions/artifacts/{made.id}")).json()
    assert shown["expired"] is True


@pytest.mark.skipif(not ARTIFACTS.is_file(), reason="the recordings beside the project (shared) are not there")
async def test_the_shapes_are_those_of_recorded_answers(
    fake: FakeGitHub, client: httpx.AsyncClient, world: World, repository: Repository
) -> None:
    run = next(run for run in repository.runs if run.latest.finished_at < world.now)
    report(world, run, {"adds": "passed"})
    issue = open_issue(world, repository, "one", ["incident"])
    ours = (await client.get(f"/repos/{repository.full_name}/actions/artifacts")).json()["artifacts"][0]
    recorded = json.loads(ARTIFACTS.read_text())["artifacts"][0]
    assert set(recorded) <= set(ours)
    assert set(recorded["workflow_run"]) <= set(ours["workflow_run"])
    event = json.loads(ISSUE.read_text())
    pushed = json.loads(fake.webhooks(fake.add_hook("secret")).issues(repository, issue, "opened").body)
    assert set(event) <= set(pushed)
    assert set(event["issue"]) - {"reactions", "draft"} <= set(pushed["issue"])
