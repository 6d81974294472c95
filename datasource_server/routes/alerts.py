"""Answers for Grafana's alert rules: texts as labels and one number a row."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from datasource_server.routes.answering import REFUSALS, asked_parameters, result_answer, while_there
from datasource_server.routes.callers import BY_ALERTS, AlertCaller
from datasource_server.routes.house import Rooms
from datasource_server.sdk import QueryError
from datasource_server.wire import asks

router = APIRouter(prefix="/alerts", tags=["Alert rules"], responses=REFUSALS)


@router.get("/{connector}/{query}", dependencies=BY_ALERTS)
@router.post("/{connector}/{query}", dependencies=BY_ALERTS)
async def rows(connector: str, query: str, request: Request, house: Rooms, caller: AlertCaller) -> Response:
    """Answer a query of shape `alert` as a flat JSON array; only Grafana's alert scheduler may ask."""
    raw = await asked_parameters(request)
    known = house.engine.queries.get(f"{connector}/{query}")
    if known and known.shape != "alert":
        raise QueryError(f"query {known.path} answers a {known.shape}, not labels and one value for an alert rule")
    ask = asks.to_ask(raw, datetime.now(UTC))
    return result_answer(await while_there(request, house.engine.run(f"{connector}/{query}", ask, caller, "rows")))
