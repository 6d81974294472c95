"""The derivation of suggestions: which people may be one, for the settings to decide."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping

from datasource_server import sdk
from opssight_activity.addresses import is_shared
from opssight_activity.likeness import Known, Likeness, likenesses
from opssight_activity.tables import MergeSuggestion

LOGIN_MATCHES = ("login", "name and mail")

KNOWN = """
SELECT DISTINCT team, source, name, email, person, matched
FROM identity
WHERE NOT is_bot
"""


def to_known(person: str, source: str, name: str, email: str, matched: str) -> Known:
    """Return an alias as likeness reads it."""
    return Known(person, source, name, email, is_login=matched in LOGIN_MATCHES, is_told=matched == "settings")


async def suggest(of: sdk.Derive) -> Iterable[sdk.Row]:
    """Say which people may be one, for each team that knows both; for no team where none does."""
    return await asyncio.to_thread(_suggestions, await of.read(KNOWN))


def _suggestions(rows: Iterable[Mapping[str, str]]) -> list[MergeSuggestion]:
    teams: dict[str, set[str]] = defaultdict(set)
    aliases: dict[str, set[Known]] = defaultdict(set)
    for row in rows:
        teams[row["person"]].add(row["team"])
        known = to_known(row["person"], row["source"], row["name"], row["email"], row["matched"])
        aliases[row["person"]].add(known)
    return [
        _suggestion(each, team, aliases[each.person] | aliases[each.other])
        for each in likenesses(known for own in aliases.values() for known in own)
        for team in sorted(teams[each.person] & teams[each.other] - {""}) or [""]
    ]


def _suggestion(alike: Likeness, team: str, both: Iterable[Known]) -> MergeSuggestion:
    return MergeSuggestion(
        team=team,
        person=alike.person,
        other=alike.other,
        score=alike.score,
        evidence=alike.evidence,
        setting=_setting(alike, sorted(both)),
    )


def _setting(alike: Likeness, both: Iterable[Known]) -> str:
    """Return the line of the settings that makes one person of both."""
    logins = sorted({each.name for each in both if each.is_login})
    emails = sorted({each.email for each in both if not is_shared(each.email)})
    names = sorted({each.name for each in both if " " in each.name})
    parts = {"name": names[0] if names else alike.person, "logins": logins, "emails": emails}
    return "{ " + ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in parts.items()) + " }"
