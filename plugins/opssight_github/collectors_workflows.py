"""Collector of workflow files: their schedules, and which of their jobs waits for which."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from datasource_server import sdk
from datasource_server.sdk.cron import next_due
from opssight_github.connector import connector
from opssight_github.scopes import Context, repositories
from opssight_github.tables import WorkflowFile
from opssight_github.words import GONE
from opssight_github.workflow_files import Definition, read_definition

FOLDER = ".github/workflows"

STORED = "SELECT * FROM github_workflow WHERE source = $source AND repo = $repo"
LAST_SCHEDULED = """
SELECT pipeline, arg_max(id, created_at) AS id
FROM pipeline_run
WHERE source = $source AND repo = $repo AND event = 'schedule'
GROUP BY pipeline
"""


@connector.collector(every=timedelta(hours=1), scopes=repositories)
async def workflows(ctx: Context) -> sdk.Pages:
    """Read the workflow files of the default branch, and when each pipeline ought to run by itself."""
    files = await _files(ctx)
    yield sdk.Replacement(WorkflowFile, files, {"repo": ctx.scope})
    stored = await ctx.read(LAST_SCHEDULED, source=ctx.connector, repo=ctx.scope)
    last = {row["pipeline"]: row["id"] for row in stored}
    rows = [_schedule(ctx, file, cron, last.get(file.pipeline, "")) for file in files for cron in file.crons]
    yield sdk.Replacement(sdk.Schedule, rows, {"repo": ctx.scope})


def _schedule(ctx: Context, file: WorkflowFile, cron: str, last_run_id: str) -> sdk.Schedule:
    is_active = file.state == "active"
    return sdk.Schedule(
        repo=ctx.scope,
        pipeline=file.pipeline,
        cron=cron,
        url=file.url,
        is_active=is_active,
        next_at=next_due(cron, ctx.now) if is_active else None,
        last_run_id=last_run_id,
    )


async def definitions(ctx: Context) -> tuple[dict[str, Definition], list[sdk.Row]]:
    """Return pipeline name → what its file says; with the files' rows where none are stored yet."""
    stored = await ctx.read(STORED, source=ctx.connector, repo=ctx.scope)
    if stored:
        return {row["pipeline"]: _definition(row["names"], row["needs"]) for row in stored}, []
    files = await _files(ctx)
    return {file.pipeline: _definition(file.names, file.needs) for file in files}, [*files]


def _definition(names: object, needs: object) -> Definition:
    keys = {key: text.split() for key, text in _mapping(needs).items()}
    return Definition(names=_mapping(names), needs=keys)


def _mapping(value: object) -> dict[str, str]:
    """Return a stored mapping, which may come back as JSON text."""
    found: dict[str, str] = orjson.loads(value) if isinstance(value, str) else value if isinstance(value, dict) else {}
    return found


async def _files(ctx: Context) -> list[WorkflowFile]:
    listed = await _listed(ctx)
    if not listed:
        return []
    stored = {row["path"]: row for row in await ctx.read(STORED, source=ctx.connector, repo=ctx.scope)}
    path = f"/repos/{ctx.scope}/actions/workflows"
    pages = ctx.pages(path, items="workflows", per_page=100)
    states = {each["path"]: each async for page in pages for each in page}
    return [await _file(ctx, each, stored.get(each["path"]), states.get(each["path"], {})) for each in listed]


async def _listed(ctx: Context) -> list[Mapping[str, Any]]:
    """Return the files of the folder; a repository need not have one."""
    try:
        found = await ctx.get(f"/repos/{ctx.scope}/contents/{FOLDER}")
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in GONE:
            raise
        return []
    return [each for each in found if each["type"] == "file" and each["name"].endswith((".yml", ".yaml"))]


async def _file(
    ctx: Context, listed: Mapping[str, Any], stored: Mapping[str, Any] | None, workflow: Mapping[str, Any]
) -> WorkflowFile:
    if stored is not None and stored["blob"] == listed["sha"]:
        known = Definition(stored["pipeline"], _mapping(stored["names"]), {}, tuple(stored["crons"]))
        needs = _mapping(stored["needs"])
    else:
        known = read_definition(_content(await ctx.get(f"/repos/{ctx.scope}/contents/{listed['path']}")))
        needs = {key: " ".join(names) for key, names in known.needs.items()}
    return WorkflowFile(
        repo=ctx.scope,
        path=listed["path"],
        url=listed.get("html_url") or "",
        pipeline=workflow.get("name") or known.name or listed["path"],
        state=workflow.get("state") or "active",
        blob=listed["sha"],
        names=dict(known.names),
        needs=needs,
        crons=list(known.crons),
    )


def _content(file: Mapping[str, Any]) -> bytes:
    text = file.get("content") or ""
    return base64.b64decode(text) if file.get("encoding") == "base64" else text.encode()
