"""The fake GitHub has the shapes of recorded answers, and a real client library gets along with it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import github
import httpx
import pytest

from .github import FakeGitHub, World
from .github.truth import STATUSES
from .reading import everything

SHARED = Path(os.environ.get("OPSSIGHT_SHARED", Path(__file__).parents[3] / "shared")) / "data/samples/github"
RECORDINGS = SHARED / "PyGithub+PyGithub/tests/ReplayData"
REPO = "/repos/acme/checkout-api"
RECORDED = {
    "WorkflowRun.test_rerun_failed_jobs.txt": f"{REPO}/actions/runs/{{run}}",
    "Repository.testGetWorkflowJob.txt": f"{REPO}/actions/jobs/{{job}}",
    "Commit.testAttributes.txt": f"{REPO}/commits/main",
    "Environment.testGetEnvironments.txt": f"{REPO}/environments",
    "Deployment.setUp.txt": f"{REPO}/deployments/{{deployment}}",
    "Repository.testGetWorkflowId.txt": f"{REPO}/actions/workflows/ci.yml",
}
UNUSED = (
    "environments.protection_rules.",
    "environments.deployment_branch_policy.",
    "payload.",
    "license.",
    "temp_clone_token",
)


def _recorded(name: str) -> Iterator[tuple[str, list[tuple[str, str]], object]]:
    """Address, headers and body of the answers in one recording."""
    if not RECORDINGS.is_dir():
        pytest.skip(f"no recordings in {SHARED}")
    for block in (RECORDINGS / name).read_text().split("\n\n"):
        lines = block.strip().split("\n")
        if len(lines) > 9 and lines[7] == "200":
            pairs = [pair.split("', '", 1) for pair in lines[8].strip("[]()").replace('"', "").split("'), ('")]
            yield lines[4], [(pair[0].strip("'"), pair[-1]) for pair in pairs], json.loads(lines[9])


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


def _addresses(world: World) -> dict[str, int]:
    world.finish_open_runs()
    run = next(each for each in world.repository("acme/checkout-api").runs if each.latest.jobs)
    deployment = run.repository.deployments[0]
    return {"run": run.id, "job": run.latest.jobs[0].id, "deployment": deployment.id}


@pytest.mark.parametrize("recording", sorted(RECORDED))
async def test_answers_hold_what_recorded_ones_hold(recording: str, world: World, client: httpx.AsyncClient) -> None:
    _, headers, body = list(_recorded(recording))[-1]
    answer = await client.get(RECORDED[recording].format_map(_addresses(world)))
    assert _missing(body, answer.json()) == set()
    limits = {name.lower() for name, _ in headers if name.lower().startswith("x-ratelimit")}
    assert limits <= set(answer.headers)


async def test_a_repository_holds_what_a_recorded_one_holds(client: httpx.AsyncClient) -> None:
    body = next(body for path, _, body in _recorded("Repository.testGetWorkflowJob.txt") if path.count("/") == 3)
    assert _missing(body, (await client.get(REPO)).json()) == set()


def test_pygithub_reads_and_reruns(fake: FakeGitHub, world: World) -> None:
    client = github.Github(
        base_url=fake.url, auth=github.Auth.Token(fake.token), seconds_between_requests=0, retry=None
    )
    repository = client.get_organization("acme").get_repo("checkout-api")
    runs = repository.get_workflow_runs()
    failed = next(run for run in runs if run.conclusion == "failure")
    assert runs.totalCount == len(world.repository("acme/checkout-api").runs)
    assert failed.rerun() is True
    assert repository.get_workflow_run(failed.id).run_attempt == failed.run_attempt + 1
    assert {pull.number for pull in repository.get_pulls(state="all")} == set(
        world.repository("acme/checkout-api").pulls
    )
    client.close()


def test_pygithub_signs_in_as_an_app(fake: FakeGitHub) -> None:
    signed = github.Auth.AppAuth(fake.app.id, fake.app.private_key).get_installation_auth(fake.app.installation_id)
    client = github.Github(base_url=fake.url, auth=signed, seconds_between_requests=0, retry=None)
    assert client.get_repo("acme/checkout-api").default_branch == "main"
    with pytest.raises(github.UnknownObjectException):
        client.get_repo("acme/nothing")
    client.close()


async def test_all_that_is_true_can_be_read(fake: FakeGitHub, world: World, client: httpx.AsyncClient) -> None:
    facts = world.truth()
    runs = [row for row in facts["pipeline_run"] if row["repo"] == "acme/search-api"]
    jobs = {row["id"]: row for row in facts["pipeline_job"] if row["repo"] == "acme/search-api"}
    path = "/repos/acme/search-api/actions/runs"
    seen: set[object] = set()
    for row in runs:
        attempt = (await client.get(f"{path}/{row['id']}/attempts/{row['attempt']}")).json()
        word = STATUSES[attempt["conclusion"] or attempt["status"]]
        assert (word, attempt["triggering_actor"]["login"]) == (row["status"], row["actor"])
        found = await everything(client, f"{path}/{row['id']}/attempts/{row['attempt']}/jobs", "jobs")
        assert {str(job["id"]) for job in found} <= jobs.keys()
        seen.update(str(job["id"]) for job in found)
    assert seen == jobs.keys()
    assert {row["id"] for row in runs} == {str(run["id"]) for run in await everything(client, path, "workflow_runs")}
    assert fake.stats.statuses.keys() == {200}
