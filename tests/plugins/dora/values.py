"""Values that tests of DORA's pure functions begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from opssight_dora.code import Code, read_code
from opssight_dora.deliveries import Delivery
from opssight_dora.history import Commit, History
from opssight_dora.pulls import Pull
from opssight_dora.settings import Settings

START = datetime(2026, 3, 2, tzinfo=UTC)
DEFAULT = Settings()


def hours(count: float) -> datetime:
    """Return the moment that lies so many hours after the start."""
    return START + timedelta(hours=count)


def deployment(**more: Any) -> dict[str, Any]:
    """Return a row of `deployment` as the store gives it."""
    row = {"source": "github", "id": "1", "service": "web", "repo": "acme/web", "environment": "production"}
    told = {"tier": "production", "sha": "a" * 40, "version": "", "status": "success", "actor": "ana", "run_id": ""}
    ended = {"rule": "the forge's", "url": "", "created_at": hours(0), "finished_at": hours(1)}
    return row | told | ended | more


def job(**more: Any) -> dict[str, Any]:
    """Return a row of `pipeline_job` with its run's facts."""
    row = {"source": "github", "id": "11", "run_id": "1", "attempt": 1, "repo": "acme/web", "pipeline": "ship"}
    told = {"branch": "main", "name": "deploy", "environment": "", "status": "success", "url": "", "sha": "a" * 40}
    return row | told | {"actor": "ana", "created_at": hours(0), "finished_at": hours(1)} | more


def run(**more: Any) -> dict[str, Any]:
    """Return a row of `pipeline_run`."""
    row = {"source": "github", "id": "1", "attempt": 1, "repo": "acme/web", "pipeline": "ship", "branch": "main"}
    told = {"sha": "a" * 40, "actor": "ana", "status": "success", "url": ""}
    return row | told | {"created_at": hours(0), "finished_at": hours(1)} | more


def delivery(name: str, sha: str, hour: float, **more: Any) -> Delivery:
    """Return a delivery to production that ended at an hour."""
    values = {"source": "github", "id": name, "service": "web", "repo": "acme/web", "environment": "production"}
    told = {"tier": "production", "status": "success", "rule": "forge", "sha": sha, "version": name}
    return Delivery(**(values | told | {"created_at": hours(hour), "finished_at": hours(hour)} | more))


def commit(sha: str, hour: float, *parents: str, **more: Any) -> Commit:
    """Return a commit that was written and committed at an hour."""
    values: dict[str, Any] = {
        "author": "ana",
        "email": "ana@acme.example",
        "title": f"Change {sha}",
        "is_merge": len(parents) > 1,
    }
    moments = {"authored_at": hours(hour), "committed_at": hours(hour)}
    told: dict[str, Any] = values | moments | more
    return Commit(sha=sha, parents=parents, **told)


def line(count: int, every: float = 1) -> list[Commit]:
    """Return commits c0, c1, … in a row, one every so many hours."""
    return [commit(f"c{n}", n * every, *([f"c{n - 1}"] if n else [])) for n in range(count)]


def pull(number: int, merge_sha: str, merged: float, **more: Any) -> Pull:
    """Return a pull request that was merged at an hour, opened two hours before."""
    values = {"source": "github", "title": f"Pull {number}", "author": "ana", "base": "main"}
    return Pull(
        number=number,
        merge_sha=merge_sha,
        **(values | {"created_at": hours(merged - 2), "merged_at": hours(merged)} | more),
    )


def code(
    commits: Sequence[Commit],
    pulls: Sequence[Pull] = (),
    owners: Sequence[dict[str, object]] = (),
    settings: Settings = DEFAULT,
) -> Code:
    """Return a repository whose default branch ends at the last of the commits."""
    heads = [commits[-1].sha] if commits else []
    plain = Code("acme/web", "github", History(commits), pulls, heads, "main")
    return read_code(plain, owners, settings)
