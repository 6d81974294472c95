"""Reading: the rows that deployments and their changes are derived from, of some repositories, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opssight_dora.deliveries import Raw, Record
from opssight_dora.patterns import any_of
from opssight_dora.settings import Settings

Read = Callable[..., Awaitable[Sequence[Mapping[str, Any]]]]

BEFORE_FIRST = timedelta(days=400)
"""How long before its first deployment a repository's commits are read: older ones are all of history to it."""

DEPLOYMENTS = """
SELECT
    source, id, service, repo, environment, tier, sha, version, status, actor, run_id, rule, url, created_at,
    finished_at
FROM deployment
WHERE repo IN (SELECT unnest($repos)) AND ($since IS NULL OR created_at >= $since)
"""

JOBS = """
SELECT
    j.source, j.id, j.run_id, j.attempt, j.repo, j.pipeline, j.branch, j.name, j.environment, j.status, j.url,
    j.created_at, j.finished_at, coalesce(r.sha, '') AS sha, coalesce(r.actor, '') AS actor
FROM pipeline_job AS j
LEFT JOIN pipeline_run AS r
    ON r.id = j.run_id AND r.attempt = j.attempt AND r.source = j.source AND r.repo IN (SELECT unnest($repos))
WHERE
    j.repo IN (SELECT unnest($repos))
    AND ($since IS NULL OR j.created_at >= $since)
    AND (j.environment <> '' OR regexp_matches(j.name, $names))
"""

RUNS = """
SELECT source, id, attempt, repo, pipeline, branch, sha, actor, status, url, created_at, finished_at
FROM pipeline_run
WHERE
    repo IN (SELECT unnest($repos))
    AND ($since IS NULL OR created_at >= $since)
    AND regexp_matches(pipeline, $pipelines)
"""

PULLS = """
WITH
merged AS (
    SELECT *
    FROM pull_request
    WHERE repo IN (SELECT unnest($repos)) AND state = 'merged' AND merged_at IS NOT NULL
),

waits AS (
    SELECT merged.source, merged.repo, merged.number, max(r.finished_at) AS ci_at
    FROM merged
    INNER JOIN pipeline_run AS r
        ON r.repo = merged.repo AND r.sha = merged.head_sha AND r.finished_at <= merged.merged_at
    WHERE merged.head_sha <> '' AND r.repo IN (SELECT unnest($repos))
    GROUP BY ALL
)

SELECT
    merged.source, merged.repo, merged.number, merged.title, merged.author, merged.created_at, merged.merged_at,
    merged.base, merged.head, merged.head_sha, merged.merge_sha, merged.labels, merged.first_commit_at,
    merged.first_review_at, merged.approved_at, merged.url, waits.ci_at
FROM merged
LEFT JOIN waits USING (source, repo, number)
"""

COMMITS = """
SELECT
    c.source, c.repo, c.sha, c.author, c.author_email, c.authored_at, c.committed_at, c.title, c.is_merge, c.parents,
    CASE WHEN list_contains($parted, c.repo) THEN c.files ELSE [] END AS files, c.reverts_sha, c.url
FROM "commit" AS c
INNER JOIN (SELECT unnest($deployed) AS repo, unnest($floors) AS floor_at) AS f
    ON f.repo = c.repo AND c.committed_at >= f.floor_at
WHERE c.repo IN (SELECT unnest($deployed))
"""

HEADS = """
SELECT repo, name, head_sha
FROM branch
WHERE repo IN (SELECT unnest($repos)) AND is_default AND NOT is_deleted
ORDER BY repo, source, name
"""

OWNERS = """
SELECT repo, place, pattern, service
FROM path_owner
WHERE repo IN (SELECT unnest($repos)) AND service <> ''
ORDER BY repo, source, place
"""

CAUSES = """
SELECT deployment_source, deployment_id, repo, source, incident_id, title, url, opened_at, resolved_at
FROM dora_candidate
WHERE repo IN (SELECT unnest($repos)) AND is_cause
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows about code and incidents, by repository."""

    pulls: dict[str, list[Record]]
    commits: dict[str, list[Record]]
    heads: dict[str, list[Record]]
    owners: dict[str, list[Record]]
    causes: dict[str, list[Record]]


async def read_raw(read: Read, repos: Sequence[str], settings: Settings, since: datetime | None = None) -> Raw:
    """Read what rules are applied to; of jobs and runs only what the rules could take."""
    names = any_of([rule.matches for rule in settings.rules if rule.kind == "job"])
    pipelines = any_of([rule.matches for rule in settings.rules if rule.kind == "pipeline"])
    kinds = {rule.kind for rule in settings.rules}
    asked = {"repos": list(repos), "since": since}
    has_jobs = bool(kinds & {"job", "job_environment"})
    return Raw(
        deployments=await read(DEPLOYMENTS, **asked),
        jobs=await read(JOBS, names=names, **asked) if has_jobs else (),
        runs=await read(RUNS, pipelines=pipelines, **asked) if "pipeline" in kinds else (),
    )


async def read_facts(read: Read, repos: Sequence[str], settings: Settings, firsts: Mapping[str, datetime]) -> Facts:
    """Read what is known of repositories' code; commits of those that were deployed, `firsts` says since when."""
    asked = list(repos)
    owners = _by_repo(await read(OWNERS, repos=asked))
    pathed = [service for service in settings.services.values() if service.paths]
    parted = [repo for repo in asked if repo in owners or any(service.is_in(repo) for service in pathed)]
    before = timedelta(days=settings.gap_days) + BEFORE_FIRST
    floors = {repo: (first - before).replace(tzinfo=None) for repo, first in firsts.items()}
    deployed = {"deployed": list(floors), "floors": list(floors.values())}
    return Facts(
        pulls=_by_repo(await read(PULLS, repos=asked)),
        commits=_by_repo(await read(COMMITS, parted=parted, **deployed)) if floors else {},
        heads=_by_repo(await read(HEADS, repos=asked)),
        owners=owners,
        causes=_by_repo(await read(CAUSES, repos=asked)),
    )


def _by_repo(rows: Iterable[Record]) -> dict[str, list[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for row in rows:
        found[row["repo"]].append(row)
    return dict(found)
