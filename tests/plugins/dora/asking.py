"""Rows as DORA derives them, made by hand, and the answers of its queries over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson

from datasource_server import sdk
from datasource_server.query import Ask, Engine
from datasource_server.store import Store
from opssight_dora import connector
from opssight_dora.tables import DoraChange, DoraDeployment, DoraFlow

NOW = datetime(2026, 11, 2, tzinfo=UTC)  # a Monday, so that whole weeks end here
EVERYBODY = sdk.Caller("ana", sees_all=True)
COMMON = {"source": "github", "repo": "acme/web", "service": "web", "environment": "production"}
FAILED_APART = {"is_counted": False, "status": "failure", "left_out": "failed"}
STAGED = {"is_counted": False, "environment": "staging", "tier": "staging", "left_out": "not production: staging"}


def deployment(name: str, days_ago: float, **more: Any) -> DoraDeployment:
    """Return a deployment that counts, unless told otherwise."""
    finished_at = NOW - timedelta(days=days_ago)
    values = {"id": name, "tier": "production", "status": "success", "rule": "environment", "is_counted": True}
    moments = {"created_at": finished_at - timedelta(minutes=4), "finished_at": finished_at}
    return DoraDeployment.model_validate(COMMON | values | moments | more)


def failed(name: str, days_ago: float, hours: float | None, **more: Any) -> DoraDeployment:
    """Return a deployment that failed its users, who were well again after so many hours."""
    at = NOW - timedelta(days=days_ago)
    restored = {} if hours is None else {"restored_at": at + timedelta(hours=hours), "restore_seconds": hours * 3600}
    told = {"is_failure": True, "failure_kind": "incident", "failure_evidence": "incident “slow”", "failed_at": at}
    return deployment(name, days_ago, **(told | restored | more))


def change(name: str, days_ago: float, hours: float | None, **more: Any) -> DoraChange:
    """Return a change that reached production so many days ago, so many hours after its first commit."""
    deployed_at = NOW - timedelta(days=days_ago)
    started_at = deployed_at - timedelta(hours=hours or 5)
    values = {
        "sha": name,
        "kind": "squash",
        "title": f"Change {name}",
        "started_at": started_at,
        "merged_at": started_at + timedelta(hours=1),
        "deployed_at": deployed_at,
        "lead_seconds": None if hours is None else hours * 3600,
        "is_counted": hours is not None,
    }
    return DoraChange.model_validate(COMMON | values | more)


def undeployed(name: str, days_ago: float, **more: Any) -> DoraChange:
    """Return a change that was merged so many days ago and is not in production."""
    merged_at = NOW - timedelta(days=days_ago)
    moments = {"started_at": merged_at - timedelta(hours=3), "merged_at": merged_at}
    values = {"sha": name, "kind": "squash", "left_out": "not deployed yet"}
    return DoraChange.model_validate(COMMON | values | moments | more)


def flow(number: int, days_ago: float, **hours: float | None) -> DoraFlow:
    """Return a merged pull request with the hours that it spent in each stage."""
    seconds = {f"{stage}_seconds": None if spent is None else spent * 3600 for stage, spent in hours.items()}
    common = {name: value for name, value in COMMON.items() if name != "environment"}
    values = {"number": number, "title": f"Pull {number}", "merged_at": NOW - timedelta(days=days_ago)}
    return DoraFlow.model_validate(common | values | seconds)


async def ask(store: Store, query: str, days: float = 28, **params: str | Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of the answer over so many days up to NOW, one interval a week."""
    chosen = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in params.items()}
    asked = Ask(start=NOW - timedelta(days=days), end=NOW, interval_seconds=7 * 86_400, params=chosen)
    result = await Engine(store, {"dora": connector}).run(f"dora/{query}", asked, EVERYBODY, "rows")
    rows: list[dict[str, Any]] = orjson.loads(result.body[0])
    return rows


async def keys(store: Store, days: float = 28, **params: str) -> dict[str, dict[str, Any]]:
    """Return the keys by their names."""
    return {row["key"]: row for row in await ask(store, "keys", days, **params)}


def world(seed: int) -> list[sdk.Row]:
    """Return two teams with five services over 200 days: counted, left out, failed, restored or not."""
    random, rows = Random(seed), list[sdk.Row]()
    for place in range(300):
        service = random.randrange(5)
        where = {"service": f"svc-{service}", "repo": f"acme/r{service}", "team": ("red", "blue")[service % 2]}
        days_ago = random.uniform(0.01, 200)
        kind = random.choices(("fine", "failed", "open", "apart", "staged"), (60, 12, 4, 12, 12))[0]
        made = {
            "fine": lambda at, w=where, n=place: deployment(f"d{n}", at, is_rework=n % 9 == 0, **w),
            "failed": lambda at, w=where, n=place: failed(f"d{n}", at, min(random.uniform(0.1, 90), at * 24), **w),
            "open": lambda at, w=where, n=place: failed(f"d{n}", at, None, **w),
            "apart": lambda at, w=where, n=place: deployment(f"d{n}", at, **FAILED_APART, **w),
            "staged": lambda at, w=where, n=place: deployment(f"d{n}", at, **STAGED, **w),
        }
        rows.append(made[kind](days_ago))
        is_known = random.random() < 0.8
        rows.append(change(f"c{place}", random.uniform(0.01, 200), random.expovariate(0.02) + 0.1, **where))
        if not is_known:
            rows.append(undeployed(f"u{place}", random.uniform(0.01, 200), **where))
    return rows
