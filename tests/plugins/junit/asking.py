"""Results of tests made by hand, and the pack's answers over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from datasource_server import sdk
from datasource_server.query import Ask, Engine
from datasource_server.store import Store
from opssight_junit import connector

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
EVERYBODY = sdk.Caller("ana", sees_all=True)


def result(run: int, name: str, status: str = "passed", hours_ago: float = 1, **more: Any) -> sdk.TestResult:
    """One result; runs stand on a commit of their own unless another is given."""
    values = {
        "source": "junit",
        "repo": "acme/web",
        "run_id": str(run),
        "suite": "unit",
        "name": name,
        "status": status,
        "branch": "main",
        "pipeline": "ci",
        "sha": f"{run:040d}",
        "duration_seconds": 2.0,
        "ran_at": NOW - timedelta(hours=hours_ago),
    }
    return sdk.TestResult.model_validate(values | more)


async def ask(store: Store, query: str, hours: float = 24, **params: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of one query over the last hours."""
    engine = Engine(store, {"junit": connector})
    chosen = {name: tuple(values) for name, values in params.items()}
    asked = Ask(start=NOW - timedelta(hours=hours), end=NOW, interval_seconds=3600, params=chosen)
    rows: list[dict[str, Any]] = orjson.loads((await engine.run(f"junit/{query}", asked, EVERYBODY, "rows")).body[0])
    return rows
