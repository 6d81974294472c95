"""Actions: the only way to change something in another tool; proven by Grafana's signed identity."""

from __future__ import annotations

import uuid
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from datasource_server.routes.answering import REFUSALS, json_answer
from datasource_server.routes.callers import BY_ACTIONS, ActionCaller
from datasource_server.routes.house import Rooms
from datasource_server.wire.asks import read_flat

MAX_KEY = 200

router = APIRouter(prefix="/actions", tags=["Actions"], responses=REFUSALS)

BODY = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}


@router.post("/{connector}/{action}", status_code=202, dependencies=BY_ACTIONS, openapi_extra=BODY)
async def act(
    connector: str,
    action: str,
    request: Request,
    house: Rooms,
    caller: ActionCaller,
    idempotency_key: Annotated[str, Header(max_length=MAX_KEY)] = "",
) -> Response:
    """Run an action with the JSON body as its parameters; the same `Idempotency-Key` runs it once."""
    params = read_flat(await request.body(), "application/json")
    key = idempotency_key or uuid.uuid4().hex
    done = await house.actions.run(connector, action, params, caller, key)
    return json_answer(orjson.dumps(done), 202)
