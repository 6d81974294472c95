"""A lead may run a run again, its failed jobs, or cancel it; GitHub has the last word."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from datasource_server import sdk
from opssight_github import connector
from tests.fakes.github import FakeGitHub, World

from .house import House


async def act(house: House, name: str, **parameters: object) -> Any:
    action = connector.actions[name]
    asked = action.parameters.model_validate(parameters)
    context = house.ingest.context("github", str(parameters["repo"]), name)
    return await action.act(context, **asked.model_dump())


async def test_a_failed_run_is_run_again_whole_or_in_part(house: House, world: World) -> None:
    await house.collect("repositories")
    failed = [run for run in world.runs() if run.latest.conclusion == "failure"]
    for name, run in zip(("rerun", "rerun_failed"), failed, strict=False):
        attempts = len(run.attempts)
        answer = await act(house, name, repo=run.repository.full_name, run_id=run.id)
        assert len(run.attempts) == attempts + 1
        assert answer["url"].endswith(f"/{run.repository.full_name}/actions/runs/{run.id}")


async def test_an_open_run_is_cancelled_and_a_closed_one_is_not(house: House, world: World) -> None:
    await house.collect("repositories")
    run = world.open_runs()[-1]
    place = {"repo": run.repository.full_name, "run_id": run.id}
    await act(house, "cancel", **place)
    assert run.latest.conclusion == "cancelled"
    with pytest.raises(sdk.UpstreamError, match="Cannot cancel a workflow run that is completed") as refused:
        await act(house, "cancel", **place)
    assert refused.value.upstream_status == 409


async def test_a_repository_that_is_not_watched_is_not_touched(house: House, fake: FakeGitHub) -> None:
    with pytest.raises(sdk.NotFound, match="does not watch a repository acme/secret"):
        await act(house, "rerun", repo="acme/secret", run_id=1)
    assert fake.stats.total == 0


async def test_a_refusal_is_told_in_githubs_words(house: House, world: World, fake: FakeGitHub) -> None:
    await house.collect("repositories")
    run = next(run for run in world.runs() if run.latest.conclusion == "failure")
    fake.faults.at, fake.faults.asked = {1: "500"}, 0
    with pytest.raises(sdk.UpstreamError, match="Server Error") as refused:
        await act(house, "rerun", repo=run.repository.full_name, run_id=run.id)
    assert refused.value.upstream_status == 500
    assert fake.faults.asked == 1


@pytest.mark.parametrize("repo", ["acme", "acme/..", "acme/web/../../user", "acme/web?x", "a b/c", "acme/."])
def test_a_name_that_leads_elsewhere_is_refused(repo: str) -> None:
    with pytest.raises(ValidationError):
        connector.actions["rerun"].parameters.model_validate({"repo": repo, "run_id": 1})


def test_every_action_wants_a_lead_and_the_repository() -> None:
    assert {name: action.role for name, action in connector.actions.items()} == dict.fromkeys(
        ("rerun", "rerun_failed", "cancel"), "lead"
    )
    assert all("repo" in action.parameters.model_fields for action in connector.actions.values())
