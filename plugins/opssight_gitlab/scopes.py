"""What the collectors read apart from each other: projects, and the groups that they are found in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from datasource_server import sdk
from opssight_gitlab.rows import to_repository
from opssight_gitlab.settings import Settings, group_address, project_address

Context = sdk.Context[Settings]
GROUP = "group:"
BY_ID: Mapping[str, Any] = {"pagination": "keyset", "order_by": "id", "sort": "asc", "per_page": 100}
"""Reads on behind the last id that was seen, so that what comes or goes meanwhile moves nothing else."""
WATCHED = """
SELECT repo
FROM repository
WHERE source = $source AND (NOT is_archived OR list_contains($named, lower(repo)))
"""
DEFAULT_BRANCH = "SELECT default_branch FROM repository WHERE source = $source AND repo = $repo"


def address(ctx: Context, rest: str = "") -> str:
    """Return an address below the scope's project."""
    return project_address(ctx.scope) + rest


async def projects(ctx: Context) -> list[str]:
    """Return the projects to read: those that are named, and those that are found in the groups."""
    lower = [name.lower() for name in ctx.settings.projects]
    watched = await ctx.read(WATCHED, source=ctx.connector, named=lower)
    stored = {row["repo"].lower(): row["repo"] for row in watched}
    named = [stored.get(name.lower()) or await _spelling(ctx, name) for name in ctx.settings.projects]
    groups = tuple(f"{group.lower()}/" for group in ctx.settings.groups)
    found = [repo for low, repo in stored.items() if low.startswith(groups) and ctx.settings.wants(repo)]
    if groups and not found:
        found = [each["path_with_namespace"] async for each in discovered(ctx) if not each.get("archived")]
    return list(dict.fromkeys(named + sorted(found)))


async def _spelling(ctx: Context, name: str) -> str:
    """Return a project's path as GitLab spells it now; as it was given where GitLab does not have it."""
    try:
        found: str = (await ctx.get(project_address(name)))["path_with_namespace"]
    except sdk.UpstreamError:
        return name
    return found


async def discovered(ctx: Context) -> AsyncIterator[Mapping[str, Any]]:
    """Yield the projects of every group that the settings want, archived ones too."""
    for group in ctx.settings.groups:
        async for page in group_pages(ctx, group):
            for each in page:
                if ctx.settings.wants(each["path_with_namespace"]):
                    yield each


def group_pages(ctx: Context, group: str) -> AsyncIterator[sdk.Page]:
    """Yield pages of a group's own projects, its subgroups' too."""
    path = f"{group_address(group)}/projects"
    return ctx.pages(path, include_subgroups=True, with_shared=False, **BY_ID)


def groups_and_projects(settings: Settings) -> list[str]:
    """Return the scopes of the list of projects: each group, and each project that is named."""
    return [*(f"{GROUP}{group}" for group in settings.groups), *settings.projects]


async def default_branch(ctx: Context) -> tuple[str, list[sdk.Row]]:
    """Return the branch that the scope is released from, and the project's row where it was not stored yet."""
    stored = await ctx.read(DEFAULT_BRANCH, source=ctx.connector, repo=ctx.scope)
    if stored and stored[0]["default_branch"]:
        return stored[0]["default_branch"], []
    row = to_repository(await ctx.get(address(ctx)))
    return row.default_branch, [row]
