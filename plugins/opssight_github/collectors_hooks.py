"""Collector of missed deliveries: GitHub sends each webhook once, so what we did not take is asked for again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from datasource_server import sdk
from opssight_github.connector import connector
from opssight_github.scopes import Context
from opssight_github.settings import Settings
from opssight_github.words import Json, moment

KEPT = timedelta(days=3)
"""GitHub sends a delivery again for three days."""
MOST_TRIES = 5


def hooked(settings: Settings) -> list[str]:
    """Return the owners and repositories whose webhook is known."""
    return sorted(settings.hooks)


@connector.collector(every=timedelta(minutes=10), scopes=hooked, overlap=timedelta(hours=1), first=KEPT)
async def missed_deliveries(ctx: Context) -> sdk.Pages:
    """Ask GitHub to send the deliveries again that were not taken; what they hold comes by the webhook."""
    folder = "repos" if "/" in ctx.scope else "orgs"
    path = f"/{folder}/{ctx.scope}/hooks/{ctx.settings.hooks[ctx.scope]}/deliveries"
    oldest = max(ctx.since, ctx.now - KEPT)
    sent: list[Json] = []
    async for page in ctx.pages(path, per_page=100):
        sent += [each for each in page if moment(each["delivered_at"]) >= oldest]
        if not page or moment(page[-1]["delivered_at"]) < oldest:
            break
    for delivery, tries in not_taken(sent):
        if tries < MOST_TRIES:
            sdk.require_success(await ctx.http.post(f"{path}/{delivery['id']}/attempts"))
        else:
            what = f"delivery {delivery['guid']} ({delivery['event']}) was not taken in {tries} tries"
            yield [ctx.gap(what, moment(delivery["delivered_at"]))]


def not_taken(sent: Iterable[Json]) -> list[tuple[Json, int]]:
    """Return the last try of each delivery that did not get through in any, and how often it was tried."""
    tries: dict[str, list[Json]] = {}
    for delivery in sent:
        tries.setdefault(delivery["guid"], []).append(delivery)
    missed = [each for each in tries.values() if not any(200 <= one["status_code"] < 300 for one in each)]
    return [(max(each, key=lambda one: int(one["id"])), len(each)) for each in missed]
