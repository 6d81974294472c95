"""The derivation of identities: whose each name in each repository is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from datasource_server import sdk
from opssight_activity.evidence import Alias
from opssight_activity.likeness import crowds, likenesses
from opssight_activity.people import Whose, sort_out
from opssight_activity.settings import Settings
from opssight_activity.suggestions import to_known
from opssight_activity.tables import Identity

SEEN = """
SELECT source, repo, author AS name, author_email AS email, max(team) AS team, FALSE AS is_login
FROM "commit"
WHERE author <> '' OR author_email <> ''
GROUP BY ALL

UNION ALL

SELECT source, repo, name, '' AS email, max(team) AS team, TRUE AS is_login
FROM (
    SELECT source, repo, author AS name, max(team) AS team FROM pull_request GROUP BY ALL
    UNION ALL
    SELECT source, repo, merged_by AS name, max(team) AS team FROM pull_request GROUP BY ALL
    UNION ALL
    SELECT source, repo, unnest(reviewers) AS name, team FROM pull_request WHERE len(reviewers) > 0
    UNION ALL
    SELECT source, repo, actor AS name, max(team) AS team FROM pipeline_run GROUP BY ALL
    UNION ALL
    SELECT source, repo, actor AS name, max(team) AS team FROM deployment GROUP BY ALL
) AS logins
WHERE name <> ''
GROUP BY ALL
"""

CHANGED = "INNER JOIN (SELECT unnest($sources) AS source, unnest($repos) AS repo) AS changed USING (source, repo)"
SEEN_THERE = f"SELECT seen.* FROM ({SEEN}) AS seen {CHANGED}"  # noqa: S608  constants of this file
STORED = "SELECT source, team, repo, name, email, person, crowd, logins, is_bot, matched, rules FROM identity"
STORED_THERE = f"{STORED} {CHANGED}"

MADE = ("person", "crowd", "logins", "is_bot", "matched", "rules")
"""The columns of an identity that are made here; whose team it is follows from its repository."""

RULES = 1
"""Counted on with each change of what makes two names one person, so that stored rows are made again."""

Place = tuple[str, str, str, str]
"""What tells identities apart: source, repository, name, address."""


async def identify(of: sdk.Derive) -> Iterable[sdk.Row]:
    """Say of each name in each repository whose it is; with what it changes in repositories that did not change."""
    settings, changed = of.settings or Settings(), of.changed
    if changed is None:
        return await _all(of, settings)
    pairs = {"sources": [source for source, _ in changed], "repos": [repo for _, repo in changed]}
    there = [Identity(**row) for row in await of.read(STORED_THERE, **pairs)]
    if not _is_news(await of.read(SEEN_THERE, **pairs), there, rules_of(settings)):
        return there
    found, stored = await _all(of, settings), {_place(row): row for row in await of.read(STORED)}
    return [row for row in found if (row.source, row.repo) in changed or _differs(row, stored)]


def _is_news(seen: Iterable[Mapping[str, Any]], stored: Iterable[Identity], rules: str) -> bool:
    """Say whether repositories hold a name that is not stored or is a login now, lack one, or have other rules."""
    here = {_place(row): bool(row["is_login"]) for row in sorted(seen, key=lambda row: row["is_login"])}
    before = {_place(row.model_dump()): row for row in stored}
    if here.keys() != before.keys():
        return True
    new_logins = (place for place, is_login in here.items() if is_login and before[place].matched == "name only")
    return any(row.rules != rules for row in before.values()) or any(new_logins)


def _differs(row: Identity, stored: Mapping[Place, Mapping[str, Any]]) -> bool:
    before = stored.get((row.source, row.repo, row.name, row.email))
    return before is None or any(getattr(row, name) != before[name] for name in MADE)


async def _all(of: sdk.Derive, settings: Settings) -> list[Identity]:
    """Make every row, in a thread: thousands of names are half a second of work."""
    seen = [_alias(row) for row in await of.read(SEEN)]
    return await asyncio.to_thread(lambda: list(_identities(seen, settings)))


def rules_of(settings: Settings) -> str:
    """Return what is the same as long as the same names would be put together."""
    text = settings.model_dump_json(include={"people", "bots", "names_only"})
    return hashlib.sha256(f"{RULES}\n{text}".encode()).hexdigest()[:12]


def _place(row: Mapping[str, Any]) -> Place:
    return row["source"], row["repo"], row["name"], row["email"]


def _alias(row: Mapping[str, Any]) -> tuple[str, str, Alias]:
    return row["repo"], row["team"], Alias(row["source"], row["name"], row["email"], row["is_login"])


def _identities(seen: Sequence[tuple[str, str, Alias]], settings: Settings) -> Iterator[Identity]:
    """Yield the rows; a name that a commit gives and that is also a login makes one row, the login's."""
    whose = sort_out((alias for _, _, alias in seen), settings)
    humans = {alias: each for alias, each in whose.items() if not each.is_bot}
    alike = likenesses(
        to_known(each.person, alias.source, alias.name, alias.email, each.matched) for alias, each in humans.items()
    )
    crowd = crowds({each.person for each in humans.values()}, alike)
    rules, rows = rules_of(settings), dict[Place, Identity]()
    for repo, team, alias in sorted(seen, key=lambda each: (each[0], each[2])):
        of_all = {"team": team, "crowd": crowd.get(whose[alias].person, ""), "rules": rules}
        row = _row(repo, alias, whose[alias]).stamped(**of_all)
        rows[row.source, row.repo, row.name, row.email] = row
    yield from rows.values()


def _row(repo: str, alias: Alias, whose: Whose) -> Identity:
    return Identity(
        source=alias.source,
        repo=repo,
        name=alias.name,
        email=alias.email,
        person=whose.person,
        logins=list(whose.logins),
        is_bot=whose.is_bot,
        matched=whose.matched,
    )
