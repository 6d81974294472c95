"""A lead may retry and cancel pipelines, retry jobs and let manual ones run; GitLab has the last word."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from datasource_server import sdk
from opssight_gitlab import connector
from tests.fakes.github import World
from tests.fakes.gitlab import FakeGitLab

from .house import House


async def act(house: House, name: str, **parameters: object) -> Any:
    """What an action answers."""
    action = connector.actions[name]
    asked = action.parameters.model_validate(parameters)
    context = house.ingest.context("gitlab", str(parameters["repo"]), name)
    return await action.act(context, **asked.model_dump())


async def test_the_failed_jobs_of_a_pipeline_run_again(house: House, world: World) -> None:
    await house.collect("projects")
    run = next(run for run in world.runs() if run.latest.conclusion == "failure")
    attempts = len(run.attempts)
    answer = await act(house, "retry", repo=run.repository.full_name, run_id=run.id)
    assert len(run.attempts) == attempts + 1
    assert answer == {"asked": "retry", "url": answer["url"]}
    assert answer["url"].endswith(f"/{run.repository.full_name}/-/pipelines/{run.id}")


async def test_one_job_runs_again_and_one_that_runs_does_not(house: House, world: World) -> None:
    await house.collect("projects")
    run = next(run for run in world.runs() if run.latest.conclusion == "failure")
    job = next(job for job in run.latest.jobs if job.conclusion == "failure")
    place = {"repo": run.repository.full_name, "job_id": job.id}
    answer = await act(house, "retry_job", **place)
    assert "/-/jobs/" in answer["url"]
    with pytest.raises(sdk.UpstreamError, match="Job is not retryable") as refused:
        await act(house, "retry_job", **place)
    assert refused.value.upstream_status == 403


async def test_an_open_pipeline_is_cancelled(house: House, world: World) -> None:
    await house.collect("projects")
    run = world.open_runs()[-1]
    await act(house, "cancel", repo=run.repository.full_name, run_id=run.id)
    assert run.latest.conclusion == "cancelled"


async def test_a_manual_job_is_let_run_and_no_other_is(house: House, fake: FakeGitLab, world: World) -> None:
    await house.collect("projects")
    run = world.insert_run(conclusion="success")
    job = fake.extras.hold(world, run)
    place = {"repo": run.repository.full_name, "job_id": job.id}
    await act(house, "play", **place)
    with pytest.raises(sdk.UpstreamError, match="Unplayable Job"):
        await act(house, "play", **place)
    assert job.id not in fake.extras.manual


async def test_a_project_that_is_not_watched_is_not_touched(house: House, fake: FakeGitLab) -> None:
    with pytest.raises(sdk.NotFound, match="does not watch a project acme/secret"):
        await act(house, "retry", repo="acme/secret", run_id=1)
    assert fake.stats.total == 0


@pytest.mark.parametrize("repo", ["acme", "acme/..", "acme/web/../../user", "acme/web?x", "a b/c", "/acme/web", "a//b"])
def test_a_name_that_leads_elsewhere_is_refused(repo: str) -> None:
    with pytest.raises(ValidationError):
        connector.actions["retry"].parameters.model_validate({"repo": repo, "run_id": 1})


def test_every_action_wants_a_lead_and_the_project() -> None:
    assert {name: action.role for name, action in connector.actions.items()} == dict.fromkeys(
        ("retry", "retry_job", "cancel", "play"), "lead"
    )
    assert all("repo" in action.parameters.model_fields for action in connector.actions.values())
