"""What the collectors read apart from each other: repositories, and the owners that they are found at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from datasource_server import sdk
from opssight_github.rows import to_repository
from opssight_github.settings import Settings

Context = sdk.Context[Settings]
WATCHED = """
SELECT repo
FROM repository
WHERE source = $source AND (NOT is_archived OR list_contains($named, lower(repo)))
"""


async def repositories(ctx: Context) -> list[str]:
    """Return the repositories to read: those that are named, and those that are found in the organisations."""
    lower = [name.lower() for name in ctx.settings.repositories]
    watched = await ctx.read(WATCHED, source=ctx.connector, named=lower)
    stored = {row["repo"].lower(): row["repo"] for row in watched}
    named = [stored.get(name.lower()) or await _spelling(ctx, name) for name in ctx.settings.repositories]
    owners = tuple(f"{owner.lower()}/" for owner in ctx.settings.organizations)
    found = [repo for low, repo in stored.items() if low.startswith(owners) and ctx.settings.wants(repo)]
    if owners and not found:
        found = [each["full_name"] async for each in discovered(ctx) if not each["archived"]]
    return list(dict.fromkeys(named + sorted(found)))


async def _spelling(ctx: Context, name: str) -> str:
    """Return a repository's name as GitHub spells it now; as it was given where GitHub does not have it."""
    try:
        found: str = (await ctx.get(f"/repos/{name}"))["full_name"]
    except sdk.UpstreamError:
        return name
    return found


async def discovered(ctx: Context) -> AsyncIterator[Mapping[str, Any]]:
    """Yield the repositories of every organisation that the settings want, archived ones too."""
    for owner in ctx.settings.organizations:
        async for page in ctx.pages(f"/orgs/{owner}/repos", per_page=100, type="all"):
            for each in page:
                if ctx.settings.wants(each["full_name"]):
                    yield each


def owners_and_repositories(settings: Settings) -> list[str]:
    """Return the scopes of the list of repositories: each organisation, and each repository that is named."""
    return [*settings.organizations, *settings.repositories]


async def default_branch(ctx: Context) -> tuple[str, list[sdk.Row]]:
    """Return the branch that the scope is released from, and the repository's row where it was not stored yet."""
    stored = await ctx.read(
        "SELECT default_branch FROM repository WHERE source = $source AND repo = $repo",
        source=ctx.connector,
        repo=ctx.scope,
    )
    if stored and stored[0]["default_branch"]:
        return stored[0]["default_branch"], []
    row = to_repository(await ctx.get(f"/repos/{ctx.scope}"))
    return row.default_branch, [row]
