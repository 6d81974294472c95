"""Collector of missed deliveries: GitLab sends each webhook once, so what we did not take is asked for again."""

from __future__ import annotations

from datetime import timedelta

from datasource_server import sdk
from datasource_server.sdk.readings import read_up_to, readings
from opssight_gitlab.connector import connector
from opssight_gitlab.scopes import GROUP, Context
from opssight_gitlab.settings import Settings, group_address, project_address

FAILURES = ("server_failure", "client_failure")
MOST_AT_ONCE = 5
"""GitLab sends no more than five deliveries again in a minute."""


def hooked(settings: Settings) -> list[str]:
    """Return the projects and groups whose webhook is known."""
    return sorted(name if "/" in name and name not in settings.groups else f"{GROUP}{name}" for name in settings.hooks)


@connector.collector(every=timedelta(minutes=10), scopes=hooked)
async def missed_deliveries(ctx: Context) -> sdk.Pages:
    """Ask GitLab to send the deliveries again that were not taken; what they hold comes by the webhook."""
    name = ctx.scope.removeprefix(GROUP)
    owner = group_address(name) if ctx.scope.startswith(GROUP) else project_address(name)
    path = f"{owner}/hooks/{ctx.settings.hooks[name]}/events"
    missed = [str(event["id"]) for status in FAILURES for event in await _failed(ctx, path, status)]
    known = await readings(ctx, "delivery", missed)
    for identity in [each for each in missed if each not in known][:MOST_AT_ONCE]:
        sdk.require_success(await ctx.http.post(f"{path}/{identity}/resend"))
        yield [read_up_to(ctx, "delivery", identity, ctx.now)]


async def _failed(ctx: Context, path: str, status: str) -> list[dict[str, object]]:
    """Return the newest deliveries of that end: each holds all that was sent, so one page of them is enough."""
    found: list[dict[str, object]] = await ctx.get(path, status=status, per_page=20)
    return found
