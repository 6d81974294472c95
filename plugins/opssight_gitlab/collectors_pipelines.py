"""Collectors of pipelines with the jobs of all their attempts: changed ones, and open ones until they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from datasource_server import sdk
from datasource_server.sdk.readings import GONE, in_pages, is_given_up, missed, read_up_to, readings
from opssight_gitlab.changes import changed_since
from opssight_gitlab.ci_file import Definition, read_definition
from opssight_gitlab.connector import connector
from opssight_gitlab.rows_code import plain_title
from opssight_gitlab.rows_jobs import has_report, to_jobs
from opssight_gitlab.rows_pipelines import Origin, to_runs
from opssight_gitlab.scopes import Context, address, default_branch, projects
from opssight_gitlab.words import OPEN as OPEN_WORDS
from opssight_gitlab.words import Json, changed_at, is_open, merge_request_number

LATE = timedelta(days=1)
"""How long a job may go on after its pipeline has ended, before it counts as forgotten by GitLab."""
HELD = "manual"
"""A pipeline that waits for a person may do so for ever; when it goes on, that is listed as a change."""
CI_FILE = ".gitlab-ci.yml"
SWEPT = timedelta(days=35)

OPEN = """
SELECT id, attempt, pipeline, created_at, updated_at
FROM pipeline_run
WHERE source = $source AND repo = $repo AND list_contains($open, conclusion)
QUALIFY row_number() OVER (PARTITION BY id ORDER BY attempt DESC) = 1
"""
HEADS = """
SELECT number, head, title
FROM pull_request
WHERE source = $source AND repo = $repo AND list_contains($numbers, number)
"""


@connector.collector(every=timedelta(minutes=5), scopes=projects, overlap=timedelta(hours=1))
async def pipelines(ctx: Context) -> sdk.Pages:
    """Read new and changed pipelines with the jobs of every attempt, and those that were open until they end."""
    branch, rows = await default_branch(ctx)
    if rows:
        yield rows
    reader, seen = _Reader(ctx, branch), set[str]()
    for only in ({}, {"source": "parent_pipeline"}):
        async for page in changed_since(ctx, address(ctx, "/pipelines"), ctx.since, **only):
            if isinstance(page, sdk.Gap):
                yield [page]
                continue
            seen |= {str(each["id"]) for each in page}
            async for found in reader.read(page):
                yield found
    stored = await ctx.read(
        OPEN, source=ctx.connector, repo=ctx.scope, open=[word for word in OPEN_WORDS if word != HELD]
    )
    async for found in in_pages([row for row in stored if row["id"] not in seen], reader.reread):
        yield found


@connector.collector(every=timedelta(days=1), scopes=projects)
async def swept_pipelines(ctx: Context) -> sdk.Pages:
    """Look through the pipelines of the last weeks for what a deletion moved to a page that was read before."""
    branch, rows = await default_branch(ctx)
    if rows:
        yield rows
    reader = _Reader(ctx, branch)
    async for page in changed_since(ctx, address(ctx, "/pipelines"), ctx.now - SWEPT):
        if isinstance(page, sdk.Gap):
            yield [page]
            continue
        async for found in reader.read(page):
            yield found


class _Reader:
    """Reads the details of one project's pipelines."""

    def __init__(self, ctx: Context, branch: str) -> None:
        self._ctx = ctx
        self._branch = branch
        self._heads: dict[int, str] = {}
        self._titles: dict[int, str] = {}
        self._definition: Definition | None = None

    async def read(self, page: Sequence[Json]) -> sdk.Pages:
        """Yield the rows of those listed pipelines that are not stored as they are listed."""
        known = await readings(self._ctx, "pipeline", [str(each["id"]) for each in page])
        changed = [each for each in page if known.get(str(each["id"]), {}).get("changed_at") != changed_at(each)]
        await self._find_heads(changed)
        async for rows in in_pages(changed, self._listed):
            yield rows

    async def reread(self, row: Mapping[str, Any]) -> Sequence[sdk.Row]:
        """Read an open pipeline again; one that GitLab does not have for a day was deleted, and is closed."""
        try:
            return await self._pipeline(row["id"])
        except sdk.UpstreamError as problem:
            if problem.upstream_status not in GONE:
                raise
        return await self._missed(row["id"], _deleted(self._ctx.scope, row))

    async def _listed(self, listed: Json) -> Sequence[sdk.Row]:
        try:
            return await self._pipeline(listed["id"])
        except sdk.UpstreamError as problem:
            if problem.upstream_status not in GONE:
                raise
        return await self._missed(str(listed["id"]), None)

    async def _missed(self, identity: str, closed: sdk.Row | None) -> list[sdk.Row]:
        missed_at = (await readings(self._ctx, "pipeline", [identity])).get(identity, {}).get("missed_at")
        note = missed(self._ctx, read_up_to(self._ctx, "pipeline", identity, None), missed_at)
        return [note, closed] if closed is not None and is_given_up(self._ctx, missed_at) else [note]

    async def _pipeline(self, identity: object) -> list[sdk.Row]:
        """Read one pipeline: itself before its jobs, so that what happens in between shows as a later change."""
        path = address(self._ctx, f"/pipelines/{identity}")
        pipeline = await self._ctx.get(path)
        pages = self._ctx.pages(f"{path}/jobs", include_retried=True, per_page=100)
        jobs = list({job["id"]: job async for page in pages for job in page}.values())
        await self._find_heads([pipeline])
        pipeline = pipeline if jobs else {**pipeline, "commit": await self._commit(pipeline["sha"])}
        definition = await self._read_definition()
        origin = Origin(self._ctx.scope, self._branch, self._heads, self._titles, definition)
        rows: list[sdk.Row] = [*to_runs(pipeline, jobs, origin), *to_jobs(pipeline, jobs, origin)]
        rows += [sdk.Reading(kind="report", repo=self._ctx.scope, id=str(job["id"])) for job in jobs if has_report(job)]
        if _is_over(pipeline, jobs, self._ctx.now):
            rows.append(read_up_to(self._ctx, "pipeline", str(pipeline["id"]), changed_at(pipeline)))
        return rows

    async def _commit(self, sha: str) -> Json | None:
        """Return the commit of a pipeline without jobs, which would have told of it."""
        return await self._find(f"/repository/commits/{sha}")

    async def _find(self, path: str) -> Json | None:
        """Return what GitLab has there, if it has anything."""
        try:
            found: Json = await self._ctx.get(address(self._ctx, path))
        except sdk.UpstreamError as problem:
            if problem.upstream_status not in GONE:
                raise
            return None
        return found

    async def _read_definition(self) -> Definition:
        """Return what the default branch's pipeline file says; nothing where there is none of the usual name."""
        if self._definition is None:
            path = address(self._ctx, f"/repository/files/{CI_FILE}/raw")
            try:
                self._definition = read_definition((await self._ctx.answer(path, ref=self._branch or "HEAD")).content)
            except sdk.UpstreamError as problem:
                if problem.upstream_status not in (400, 403, *GONE):
                    raise
                self._definition = Definition()
        return self._definition

    async def _find_heads(self, pipelines: Sequence[Json]) -> None:
        """Learn the source branches and titles of the merge requests that pipelines ran for."""
        numbers = {number for each in pipelines if (number := merge_request_number(each.get("ref")))}
        wanted = sorted(numbers - self._heads.keys())
        if not wanted:
            return
        ctx = self._ctx
        stored = await ctx.read(HEADS, source=ctx.connector, repo=ctx.scope, numbers=wanted)
        known = {row["number"]: (row["head"], row["title"]) for row in stored}
        for number in wanted:
            self._heads[number], self._titles[number] = known.get(number) or await self._merge_request(number)

    async def _merge_request(self, number: int) -> tuple[str, str]:
        found = await self._find(f"/merge_requests/{number}")
        return (found["source_branch"], plain_title(found)) if found else ("", "")


def _is_over(pipeline: Json, jobs: Sequence[Json], now: datetime) -> bool:
    """Return whether nothing of the pipeline will change any more without its own change being listed."""
    if is_open(pipeline["status"]) and pipeline["status"] != HELD:
        return False
    is_old = changed_at(pipeline) < now - LATE
    return is_old or not any(job["status"] in ("running", "pending", "canceling") for job in jobs)


def _deleted(repo: str, row: Mapping[str, Any]) -> sdk.PipelineRun:
    return sdk.PipelineRun(
        id=row["id"],
        attempt=row["attempt"],
        repo=repo,
        pipeline=row["pipeline"],
        status="cancelled",
        conclusion="deleted",
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
