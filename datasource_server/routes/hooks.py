"""Deliveries in: webhooks and uploads, each proven by its receiver's own signature."""

from __future__ import annotations

from collections import defaultdict

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from datasource_server.routes.answering import REFUSALS, json_answer
from datasource_server.routes.house import Rooms, headers_of

router = APIRouter(prefix="/hooks", tags=["Deliveries"], responses=REFUSALS)


@router.post("/{connector}/{receiver}", status_code=202)
async def receive(connector: str, receiver: str, request: Request, house: Rooms) -> Response:
    """Take one signed delivery in; it is stored when this answers 202."""
    body = await request.body()
    query = dict(request.query_params.items())
    received = await house.ingest.receive(connector, receiver, _joined(headers_of(request)), body, query)
    return json_answer(orjson.dumps({"id": received.id, "state": received.state}), 202)


def _joined(lines: list[tuple[str, str]]) -> dict[str, str]:
    """Return the headers by lower-case name; a repeated one is joined, so that no second signature hides behind one."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in lines:
        found[name.lower()].append(value)
    return {name: ", ".join(values) for name, values in found.items()}
