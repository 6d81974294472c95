"""Candidates: which deployments may have caused an incident, each with its score and what speaks for it.

Points: the same service 0.4 (else the same repository 0.3), how soon after the deployment it began 0.35 (half of that
every 4 hours), the environment 0.1, words of its title in the paths of changed files 0.15; a rollback loses 0.1.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from datasource_server import sdk
from opssight_dora.failures import span
from opssight_dora.patterns import compiled
from opssight_dora.settings import Settings
from opssight_dora.tables import DoraCandidate

SERVICE, REPO, TIME, ENVIRONMENT, FILES, BACK = 0.4, 0.3, 0.35, 0.1, 0.15, -0.1
HALF_LIFE = timedelta(hours=4)
SLACK = timedelta(minutes=5)
"""How long before the finish of its cause an incident may begin: a rollout reaches users while it runs."""

MOST = 5
LOOKED_AT = 20
WORD = compiled(r"[a-z][a-z0-9]{3,}")
EVERYWHERE = frozenset(
    WORD.findall(
        "src test tests main index core http https error errors fail failed fails with from production when after "
        "service services back down high slow java json yaml config packages internal incident"
    )
)
"""Words that say nothing about which part of the code is meant."""

Record = Mapping[str, Any]

NEAR = """
SELECT
    i.source, i.id AS incident_id, i.service AS incident_service, i.repo AS incident_repo,
    i.environment AS incident_environment, i.title, i.url, i.opened_at, i.resolved_at,
    d.source AS deployment_source, d.id AS deployment_id, d.repo, d.service, d.environment, d.is_rollback,
    coalesce(d.finished_at, d.created_at) AS deployed_at,
    FALSE AS is_named
FROM incident AS i
INNER JOIN dora_deployment AS d
    ON
        coalesce(d.finished_at, d.created_at) BETWEEN i.opened_at - to_seconds($seconds)
        AND i.opened_at + INTERVAL 5 MINUTES
        AND {match}
WHERE d.is_counted AND {which}
QUALIFY row_number() OVER (
    PARTITION BY i.source, i.id
    ORDER BY coalesce(d.finished_at, d.created_at) DESC, d.source, d.id
) <= $most
"""
STATEMENTS = (
    NEAR.format(match="lower(d.service) = lower(i.service)", which="i.service <> ''"),
    NEAR.format(match="d.repo = i.repo", which="i.repo <> ''"),
    NEAR.format(match="TRUE", which="i.service = '' AND i.repo = ''"),
)

NAMED = """
SELECT
    i.source, i.id AS incident_id, i.service AS incident_service, i.repo AS incident_repo,
    i.environment AS incident_environment, i.title, i.url, i.opened_at, i.resolved_at,
    d.source AS deployment_source, d.id AS deployment_id, d.repo, d.service, d.environment, d.is_rollback,
    coalesce(d.finished_at, d.created_at) AS deployed_at,
    TRUE AS is_named
FROM incident AS i
INNER JOIN dora_deployment AS d ON d.id = i.deployment_id
WHERE i.deployment_id <> '' AND (i.repo = '' OR i.repo = d.repo)
QUALIFY row_number() OVER (PARTITION BY i.source, i.id ORDER BY d.source = i.source DESC, d.source) = 1
"""

FILES_OF = """
WITH
asked AS (SELECT unnest($repos) AS repo, unnest($ids) AS id),

changed AS (
    SELECT DISTINCT c.repo, c.deployment_id, c.sha
    FROM dora_change AS c
    INNER JOIN asked ON asked.repo = c.repo AND asked.id = c.deployment_id
)

SELECT changed.repo, changed.deployment_id, list(DISTINCT lower(file)) AS files
FROM (
    SELECT repo, sha, unnest(files) AS file
    FROM "commit"
    WHERE len(files) BETWEEN 1 AND 200 AND sha IN (SELECT sha FROM changed)
) AS touched
INNER JOIN changed USING (repo, sha)
GROUP BY changed.repo, changed.deployment_id
"""


@dataclass(frozen=True, slots=True)
class Scored:
    """One deployment beside one incident: what speaks for it, in points and words, the strongest first."""

    pair: Record
    points: Sequence[tuple[float, str]]

    @property
    def score(self) -> float:
        """Return the sum of the points, within 0 and 1; a cause that its tool names is certain."""
        if self.pair["is_named"]:
            return 1.0
        return round(min(1.0, max(0.0, sum(points for points, _ in self.points))), 3)

    @property
    def order(self) -> tuple[object, ...]:
        """Return what ranks it: named ones first, then the score, of equal ones the one shortly before."""
        away = abs((self.pair["opened_at"] - self.pair["deployed_at"]).total_seconds())
        return not self.pair["is_named"], -self.score, away, self.pair["deployment_source"], self.pair["deployment_id"]


async def candidates(of: sdk.Derive) -> list[sdk.Row]:
    """Rank the deployments that may have caused each incident, by service, time, files and environment."""
    settings: Settings = of.settings or Settings()
    asked = {"seconds": settings.incident_hours * 3_600, "most": LOOKED_AT}
    near = [row for sql in STATEMENTS for row in await of.read(sql, **asked)]
    pairs = [*await of.read(NAMED), *near]
    if not pairs:
        return []
    places = sorted({(row["repo"], row["deployment_id"]) for row in pairs})
    found = await of.read(FILES_OF, repos=[repo for repo, _ in places], ids=[each for _, each in places])
    files = {(row["repo"], row["deployment_id"]): row["files"] for row in found}
    return await asyncio.to_thread(ranked, pairs, files, settings)


def ranked(
    pairs: Iterable[Record], files: Mapping[tuple[str, str], Sequence[str]], settings: Settings
) -> list[sdk.Row]:
    """Return the best candidates of each incident. A pure function of pairs, of which a named one comes first."""
    grouped: defaultdict[tuple[str, str], dict[tuple[str, str], Scored]] = defaultdict(dict)
    for pair in pairs:
        own = grouped[pair["source"], pair["incident_id"]]
        key = (pair["deployment_source"], pair["deployment_id"])
        if key not in own:
            own[key] = score(pair, files.get((pair["repo"], pair["deployment_id"]), ()))
    return [
        _row(each, rank, settings)
        for own in grouped.values()
        for rank, each in enumerate(sorted(own.values(), key=lambda scored: scored.order)[:MOST], 1)
    ]


def score(pair: Record, files: Sequence[str] = ()) -> Scored:
    """Weigh what speaks for a deployment as the cause of an incident, and against it."""
    points = [(1.0, "its tool names it")] if pair["is_named"] else []
    points += [_place(pair), _time(pair["opened_at"], pair["deployed_at"]), _environment(pair), _files(pair, files)]
    if pair["is_rollback"]:
        points.append((BACK, "it went back to an earlier version"))
    told = [each for each in points if each[1]]
    return Scored(pair, sorted(told, key=lambda each: (-abs(each[0]), each[1])))


def _place(pair: Record) -> tuple[float, str]:
    if pair["incident_service"] and pair["incident_service"].lower() == pair["service"].lower():
        return SERVICE, f"same service {pair['service']}"
    if pair["incident_repo"] and pair["incident_repo"] == pair["repo"]:
        return REPO, f"same repository {pair['repo']}"
    return 0.0, "neither its service nor its repository is known"


def _time(opened_at: datetime, deployed_at: datetime) -> tuple[float, str]:
    apart = opened_at - deployed_at
    points = TIME * 0.5 ** (max(apart, timedelta(0)) / HALF_LIFE)
    words = f"began {span(apart)} after it" if apart >= timedelta(0) else f"began {span(-apart)} before its finish"
    return points, words


def _environment(pair: Record) -> tuple[float, str]:
    said = pair["incident_environment"].lower()
    if said in ("", pair["environment"].lower()):
        return ENVIRONMENT, f"same environment {pair['environment']}" if said else "both in production"
    return 0.0, f"another environment than {pair['incident_environment']}"


def _files(pair: Record, files: Sequence[str]) -> tuple[float, str]:
    wanted = set(WORD.findall(pair["title"].lower())) - EVERYWHERE
    hit = sorted(path for path in files if wanted & set(WORD.findall(path)))
    return (FILES, f"its title speaks of changed files: {', '.join(hit[:3])}") if hit else (0.0, "")


def _row(scored: Scored, rank: int, settings: Settings) -> DoraCandidate:
    pair = scored.pair
    suffices = _place(pair)[0] > 0 and scored.score >= settings.cause_score
    return DoraCandidate(
        source=pair["source"],
        url=pair["url"],
        incident_id=pair["incident_id"],
        deployment_source=pair["deployment_source"],
        deployment_id=pair["deployment_id"],
        repo=pair["repo"],
        service=pair["service"],
        rank=rank,
        score=scored.score,
        evidence=[f"{points:+.2f} {words}" for points, words in scored.points],
        is_cause=rank == 1 and (bool(pair["is_named"]) or suffices),
        title=pair["title"],
        opened_at=pair["opened_at"],
        resolved_at=pair["resolved_at"],
        deployed_at=pair["deployed_at"],
    )
