"""Recorded answers of the real GitHub, served over HTTP, go through the collectors into the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from opssight_github.rows import to_run
from tests.fakes.github import FakeGitHub

from .house import QuickClock, fake_settings, github_house
from .samples import FOLDER, replay

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings beside the project (shared) are not there")
REPO = "PyGithub/PyGithub"


def _recorded(name: str, part: str) -> bytes:
    return orjson.dumps(next(each.body for each in replay(name) if part in each.path and each.status == 200))


async def test_recorded_answers_are_collected(fake: FakeGitHub, tmp_path: Path) -> None:
    """Their runs, branches and environments are stored as GitHub told them, though years have passed."""
    runs = _recorded("Workflow.testGetRunsWithNoArguments", "/runs")
    branch = _recorded("Workflow.testGetRunsWithObjects", "/branches/master")
    head = orjson.loads(branch)["commit"]
    fake.switches.recorded = {
        f"/repos/{REPO}": _recorded("Repository.testGetWorkflowJob", f"/repos/{REPO}"),
        f"/repos/{REPO}/actions/runs": runs,
        f"/repos/{REPO}/branches": b"[" + branch + b"]",
        f"/repos/{REPO}/commits/{head['sha']}": orjson.dumps(head | {"files": []}),
        f"/repos/{REPO}/environments": _recorded("Environment.testGetEnvironments", "/environments"),
    }
    settings = fake_settings(fake, organizations=[], repositories=[REPO])
    async with github_house(tmp_path, clock=QuickClock(), **settings) as house:
        for collector in ("repositories", "runs", "branches", "environments"):
            (passed,) = await house.collect(collector, since=datetime(2020, 1, 1, tzinfo=UTC))
            assert passed.error == ""
        stored = await house.rows("SELECT id, status, title, finished_at FROM pipeline_run ORDER BY id")
        heads = await house.rows("SELECT name, head_sha, head_at FROM branch")
        environments = await house.rows("SELECT name, tier FROM environment")
    expected = [to_run(each, default_branch="main") for each in orjson.loads(runs)["workflow_runs"]]
    assert [row["id"] for row in stored] == sorted(row.id for row in expected)
    assert {row["title"] for row in stored} == {row.title for row in expected}
    assert (heads[0]["name"], heads[0]["head_sha"]) == ("master", head["sha"])
    assert heads[0]["head_at"] is not None
    assert environments == [{"name": "dev", "tier": "development"}]
