"""Answers for Grafana's Infinity data source: flat rows, ready frames, CSV."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Request, Security
from fastapi.responses import Response

from datasource_server.query import Form, Result
from datasource_server.routes.answering import REFUSALS, asked_parameters, json_answer, result_answer, while_there
from datasource_server.routes.callers import BY_INFINITY, INFINITY, InfinityCaller, require_infinity_token
from datasource_server.routes.house import House, Rooms
from datasource_server.sdk import Caller
from datasource_server.wire import asks, frames

router = APIRouter(prefix="/infinity", tags=["Infinity data source"], responses=REFUSALS)


@router.get("/health", dependencies=[Security(INFINITY), Depends(require_infinity_token)])
async def health() -> Response:
    """Say that the data source works; wants the token only."""
    return json_answer(b'{"ok":true}')


@router.get("/frames/{connector}/{query}", dependencies=BY_INFINITY)
@router.post("/frames/{connector}/{query}", dependencies=BY_INFINITY)
async def as_frames(connector: str, query: str, request: Request, house: Rooms, caller: InfinityCaller) -> Response:
    """Answer a query as ready data frames, at most 50,000 rows."""
    raw = await asked_parameters(request)
    path = f"{connector}/{query}"
    known = house.engine.queries.get(path)
    form: Form = "series" if known and known.shape == "timeseries" else "columns"
    result = await while_there(request, house.engine.run(path, asks.to_ask(raw, datetime.now(UTC)), caller, form))
    return json_answer(frames.frames_answer([frames.to_frames(result, asks.ref_id_of(raw))]))


@router.get("/csv/{connector}/{query}", dependencies=BY_INFINITY)
@router.post("/csv/{connector}/{query}", dependencies=BY_INFINITY)
async def as_csv(connector: str, query: str, request: Request, house: Rooms, caller: InfinityCaller) -> Response:
    """Answer a query as CSV with a header, at most 50,000 rows."""
    return result_answer(await _run(request, house, f"{connector}/{query}", caller, "csv"), "text/csv; charset=utf-8")


@router.get("/{connector}/{query}", dependencies=BY_INFINITY)
@router.post("/{connector}/{query}", dependencies=BY_INFINITY)
async def as_rows(connector: str, query: str, request: Request, house: Rooms, caller: InfinityCaller) -> Response:
    """Answer a query as a flat JSON array of objects, at most 5,000 rows, moments in epoch milliseconds."""
    return result_answer(await _run(request, house, f"{connector}/{query}", caller, "rows"))


async def _run(request: Request, house: House, path: str, caller: Caller, form: Form) -> Result:
    ask = asks.to_ask(await asked_parameters(request), datetime.now(UTC))
    return await while_there(request, house.engine.run(path, ask, caller, form))
