"""Whether the server lives, whether it is ready, and its measures; open to all, so without any row of data."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from datasource_server.routes.answering import json_answer
from datasource_server.routes.house import Rooms
from datasource_server.routes.measures import RUNS, Measures

router = APIRouter(tags=["Health"])


@router.get("/healthz")
async def alive() -> Response:
    """Say that the process answers."""
    return json_answer(b'{"ok":true}')


@router.get("/readyz")
async def ready(house: Rooms) -> Response:
    """Say that the store can be read, and which sources lag; a source that fails does not make the server unready."""
    runs = await house.store.rows(RUNS, now=datetime.now(UTC))
    degraded = [
        {"connector": run["source"], "collector": run["collector"], "failing_scopes": int(run["failing"])}
        for run in runs
        if run["failing"]
    ]
    details = {
        "ok": True,
        "degraded": degraded,
        "broken_plugins": sorted(house.plugins.problems),
        "broken_queries": sorted(house.engine.broken),
        "alarms": len(house.store.alarms),
    }
    return json_answer(orjson.dumps(details))


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Return the server's measures in Prometheus' text format."""
    measures: Measures = request.app.state.measures
    body = await measures.text(getattr(request.app.state, "house", None))
    return Response(body, media_type=CONTENT_TYPE_LATEST)
