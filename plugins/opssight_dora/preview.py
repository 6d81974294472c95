"""Preview: what other rules would count, before they are saved: by rule and environment, with examples."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from datasource_server import sdk
from opssight_dora.counting import count
from opssight_dora.deliveries import Delivery, Key, Raw, deliveries
from opssight_dora.reading import Read, read_raw
from opssight_dora.settings import Settings

EXAMPLES = 5
REPOS = """
SELECT DISTINCT repo FROM deployment WHERE created_at >= $since
UNION
SELECT DISTINCT repo FROM pipeline_run WHERE created_at >= $since
ORDER BY repo
"""

Place = tuple[str, str, sdk.Tier]
"""Rule, environment and tier."""


@dataclass(slots=True)
class Tally:
    """The deliveries that one rule counts in one environment, by the rules of now and by the others."""

    now: dict[Key, Delivery] = field(default_factory=dict)
    then: dict[Key, Delivery] = field(default_factory=dict)


def read_settings(text: str) -> Settings:
    """Return the settings of a TOML file with a table `[dora]`; ConfigError says what is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise sdk.ConfigError(f"the rules are no TOML: {problem}") from None
    if not isinstance(table.get("dora"), dict):
        raise sdk.ConfigError("the rules have no table [dora]")
    try:
        return Settings.model_validate(table["dora"])
    except ValidationError as problem:
        faults = (f"{'.'.join(map(str, ['dora', *each['loc']]))}: {each['msg']}" for each in problem.errors())
        raise sdk.ConfigError("; ".join(faults)) from None


def compare(raw: Raw, now: Settings, then: Settings, since: datetime) -> list[dict[str, Any]]:
    """Return a row a rule and environment: what it counts since a moment now and then, and what comes and goes.

    A pure function. `counted_*` are production deployments that count, `taken_*` all that the rule takes.
    """
    tallies: defaultdict[Place, tuple[Tally, Tally]] = defaultdict(lambda: (Tally(), Tally()))
    for side, settings in (("now", now), ("then", then)):
        found = deliveries(raw, settings)
        left_out = count(found, settings).left_out
        for each in found:
            if each.ended_at >= since and each.rule:
                taken, counted = tallies[each.rule, each.environment, each.tier]
                getattr(taken, side)[each.key] = each
                if each.key not in left_out:
                    getattr(counted, side)[each.key] = each
    return [_row(place, *tallies[place]) for place in sorted(tallies, key=_order)]


def _order(place: Place) -> tuple[object, ...]:
    rule, environment, tier = place
    return tier != "production", rule, environment


def _row(place: Place, taken: Tally, counted: Tally) -> dict[str, Any]:
    rule, environment, tier = place
    come = [each for key, each in counted.then.items() if key not in counted.now]
    gone = [each for key, each in counted.now.items() if key not in counted.then]
    same = [each for key, each in counted.then.items() if key in counted.now]
    return {
        "rule": rule,
        "environment": environment,
        "tier": tier,
        "taken_now": len(taken.now),
        "taken_then": len(taken.then),
        "counted_now": len(counted.now),
        "counted_then": len(counted.then),
        "come": len(come),
        "gone": len(gone),
        "services": _services([*come, *same]),
        "examples_come": _examples(come),
        "examples_gone": _examples(gone),
        "examples_same": _examples(same),
    }


def _services(found: Iterable[Delivery]) -> int:
    return len({(each.repo, each.service) for each in found})


def _examples(found: Sequence[Delivery]) -> list[str]:
    newest = sorted(found, key=lambda each: (each.ended_at, each.key), reverse=True)[:EXAMPLES]
    return [f"{each.ended_at:%Y-%m-%d %H:%M} {each.repo} {each.service} {each.label}" for each in newest]


async def preview(ctx: sdk.Context[Settings], *, rules: sdk.Upload = "", days: int = 30) -> list[dict[str, Any]]:
    """Show what would count in the last days by the rules of a file with a table [dora], before it is saved."""
    return await previewed(ctx.read, ctx.settings, rules, days, ctx.now)


async def previewed(read: Read, now: Settings, rules: str, days: int, at: datetime) -> list[dict[str, Any]]:
    """Return what `compare` says of the stored rows of the last days; of empty rules, what the present ones count."""
    if days < 1:
        raise sdk.ConfigError(f"days is {days}, at least 1 is expected")
    then = read_settings(rules) if rules else now
    since = at - timedelta(days=days)
    read_since = since - timedelta(days=max(now.gap_days, then.gap_days))
    naive = read_since.replace(tzinfo=None)
    repos = [row["repo"] for row in await read(REPOS, since=naive) if row["repo"]]
    if not repos:
        return []
    both = now.model_copy(update={"rules": (*now.rules, *then.rules)})
    raw = await read_raw(read, repos, both, naive)
    return compare(raw, now, then, since)
