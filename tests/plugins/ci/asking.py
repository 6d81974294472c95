"""What the tests of the CI pack share: rows that are quickly made, derivations, and questions to a store."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from datasource_server import sdk
from datasource_server.query import Ask, Engine
from datasource_server.store import Store
from opssight_ci import connector
from opssight_ci.settings import Settings

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
EVERYBODY = sdk.Caller("ana", sees_all=True)


def run(number: int, status: str, hours_ago: float, **more: Any) -> sdk.PipelineRun:
    created_at = NOW - timedelta(hours=hours_ago)
    ended = status in ("success", "failure", "cancelled")
    values = {
        "source": "github",
        "id": str(number),
        "repo": "acme/web",
        "pipeline": "ci",
        "branch": "main",
        "is_default_branch": True,
        "status": status,
        "actor": f"dev-{number}",
        "sha": f"{number:040d}",
        "created_at": created_at,
        "started_at": created_at + timedelta(seconds=10),
        "finished_at": created_at + timedelta(seconds=10 + 60 * number) if ended else None,
        "queued_seconds": 10,
    }
    return sdk.PipelineRun.model_validate(values | more)


def job(
    name: str, start: float, end: float | None, *, run_id: str = "1", attempt: int = 1, **more: Any
) -> sdk.PipelineJob:
    """Return a job that ran between two minutes after an hour ago; without an end it runs still."""
    hour_ago = NOW - timedelta(hours=1)
    values = {
        "source": "github",
        "id": f"{run_id}-{attempt}-{name}",
        "run_id": run_id,
        "attempt": attempt,
        "repo": "acme/web",
        "pipeline": "ci",
        "name": name,
        "status": "running" if end is None else "success",
        "created_at": hour_ago + timedelta(minutes=start),
        "started_at": hour_ago + timedelta(minutes=start),
        "finished_at": None if end is None else hour_ago + timedelta(minutes=end),
    }
    return sdk.PipelineJob.model_validate(values | more)


async def ask(
    store: Store, query: str, hours: float = 24, caller: sdk.Caller = EVERYBODY, **params: Sequence[str]
) -> list[dict[str, Any]]:
    engine = Engine(store, {"ci": connector})
    chosen = {name: tuple(values) for name, values in params.items()}
    asked = Ask(start=NOW - timedelta(hours=hours), end=NOW, interval_seconds=3600, params=chosen)
    rows: list[dict[str, Any]] = orjson.loads((await engine.run(f"ci/{query}", asked, caller, "rows")).body[0])
    return rows


def derive(store: Store, *repos: str, settings: Settings | None = None) -> sdk.Derive:
    """Return what a derivation is asked when these repositories changed."""
    pairs = frozenset(("github", repo) for repo in repos or ("acme/web",))
    return sdk.Derive(store.rows, pairs, settings or Settings())


async def derived(store: Store, *repos: str, settings: Settings | None = None) -> None:
    """Derive everything of these repositories and store it."""
    for derivation in connector.derivations.values():
        rows = list(await derivation.derive(derive(store, *repos, settings=settings)))
        await store.write(
            *[sdk.Replacement(table, [row for row in rows if type(row) is table]) for table in derivation.writes]
        )
