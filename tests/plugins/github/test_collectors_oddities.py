"""Repositories that are empty, have no workflows, or lose things between the list and the details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from datasource_server import sdk
from opssight_github.collectors_code import branch_distances, commits
from opssight_github.collectors_deployments import deployments
from opssight_github.collectors_workflows import definitions, workflows
from opssight_github.scopes import repositories
from opssight_github.tables import WorkflowFile

from .asking import asking, rows_of

FILE = {"type": "file", "name": "ci.yml", "path": ".github/workflows/ci.yml", "sha": "b1"}
TEXT = "name: CI\non: {schedule: [{cron: '0 1 * * *'}]}\njobs: {a: {}, b: {needs: a}}"


def by_path(answers: Mapping[str, Any]) -> Any:
    """Answers by the end of the path, 404 for others; a number is a status."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = next((value for path, value in answers.items() if request.url.path.endswith(path)), 404)
        return httpx.Response(found) if isinstance(found, int) else httpx.Response(200, json=found)

    return answer


async def test_an_empty_repository_has_no_commits() -> None:
    async with asking(by_path({"/commits": 409})) as ctx:
        assert await rows_of(commits(ctx)) == []
    async with asking(by_path({"/commits": 403})) as ctx:
        with pytest.raises(sdk.UpstreamError, match="403"):
            await rows_of(commits(ctx))


async def test_a_repository_without_workflows_has_no_schedules() -> None:
    async with asking(by_path({})) as ctx:
        pages = [page async for page in workflows(ctx)]
    assert [(type(page), list(page.rows)) for page in pages if isinstance(page, sdk.Replacement)] == [
        (sdk.Replacement, []),
        (sdk.Replacement, []),
    ]


async def test_a_folder_that_may_not_be_read_is_no_empty_folder() -> None:
    async with asking(by_path({"/workflows": 403})) as ctx:
        with pytest.raises(sdk.UpstreamError, match="403"):
            await rows_of(workflows(ctx))


async def test_a_file_that_is_known_is_not_read_again() -> None:
    answers = {"/contents/.github/workflows": [FILE], "/actions/workflows": {"workflows": []}}
    stored = {
        "path": FILE["path"],
        "blob": "b1",
        "pipeline": "CI",
        "names": {"a": "a"},
        "needs": '{"a": "b"}',
        "crons": [],
    }
    async with asking(by_path(answers), [stored]) as ctx:
        known, rows = await definitions(ctx)
    assert (dict(known["CI"].needs), rows) == ({"a": ["b"]}, [])


async def test_definitions_are_read_where_none_are_stored() -> None:
    answers = {
        "/contents/.github/workflows": [FILE],
        "/actions/workflows": {"workflows": []},
        "/ci.yml": FILE | {"content": TEXT, "encoding": ""},
    }
    async with asking(by_path(answers)) as ctx:
        known, rows = await definitions(ctx)
    (row,) = rows
    assert isinstance(row, WorkflowFile)
    assert (row.crons, row.needs, list(known)) == (["0 1 * * *"], {"a": "", "b": "a"}, ["CI"])


async def test_a_deployment_that_is_gone_is_passed_over() -> None:
    async with asking(by_path({"/deployments": []}), [{"id": "5"}]) as ctx:
        assert await rows_of(deployments(ctx)) == []
    async with asking(by_path({"/deployments": [], "/5": 403}), [{"id": "5"}]) as ctx:
        with pytest.raises(sdk.UpstreamError, match="403"):
            await rows_of(deployments(ctx))


async def test_a_branch_that_is_gone_has_no_distance() -> None:
    stored = [{"default_branch": "main", "name": "try", "head_sha": "a"}]
    async with asking(by_path({}), stored) as ctx:
        assert await rows_of(branch_distances(ctx)) == []
    async with asking(by_path({"main...try": {"ahead_by": 2, "behind_by": 3}}), stored) as ctx:
        (row,) = await rows_of(branch_distances(ctx))
    assert isinstance(row, sdk.Branch)
    assert (row.ahead, row.behind) == (2, 3)


async def test_before_anything_is_stored_the_organisation_itself_is_asked() -> None:
    found = [{"full_name": f"acme/{name}", "archived": name == "old"} for name in ("b", "a", "old", "x")]
    settings: dict[str, Any] = {
        "organizations": ["acme"],
        "exclude": ["*/x"],
        "repositories": ["other/Web", "other/gone"],
    }
    async with asking(by_path({"/orgs/acme/repos": found, "/Web": {"full_name": "other/web"}}), **settings) as ctx:
        assert await repositories(ctx) == ["other/web", "other/gone", "acme/a", "acme/b"]
