"""What the command line asks of the running server, which alone holds the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from datasource_server.inventory import plugin_list
from datasource_server.query import Form
from datasource_server.routes.answering import REFUSALS, asked_parameters, json_answer, result_answer, while_there
from datasource_server.routes.asked_commands import run_command
from datasource_server.routes.callers import BY_ADMIN, AdminCaller
from datasource_server.routes.house import House, Rooms
from datasource_server.routes.passes import stream_passes
from datasource_server.routes.status import status_of
from datasource_server.sdk import ConfigError, QueryError
from datasource_server.wire import asks, requests
from datasource_server.wire.moments import read_moment

router = APIRouter(prefix="/admin", tags=["Command line"], dependencies=BY_ADMIN, responses=REFUSALS)


class Asked(BaseModel):
    """The body of an admin request; each route reads what it needs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    connector: str = ""
    collector: str = ""
    since: str = ""
    folder: str = ""
    only_quarantined: bool = True


@router.post("/collect")
async def collect(request: Request, house: Rooms, caller: AdminCaller) -> Response:  # noqa: ARG001  the door
    """Run collectors once, and tell of each scope as it finishes: one JSON object a line."""
    asked = await _read(request, house)
    since = read_moment("since", asked.since)
    return stream_passes(house.ingest, asked.connector, asked.collector, since)


@router.post("/derive")
async def derive(request: Request, house: Rooms, caller: AdminCaller) -> Response:  # noqa: ARG001
    """Make all derived rows again."""
    asked = await _read(request, house)
    return json_answer(orjson.dumps({"rows": await house.ingest.derive(asked.connector)}))


@router.post("/replay")
async def replay(request: Request, house: Rooms, caller: AdminCaller) -> Response:  # noqa: ARG001
    """Read kept deliveries again: the quarantined ones, or all."""
    asked = await _read(request, house)
    found = await house.ingest.replay(asked.connector, only_quarantined=asked.only_quarantined)
    answer = {"read": found.read, "parsed": found.parsed, "quarantined": found.quarantined}
    return json_answer(orjson.dumps(answer))


@router.post("/backup")
async def backup(request: Request, house: Rooms, caller: AdminCaller) -> Response:  # noqa: ARG001
    """Write the whole store as Parquet files into a folder of the server's machine."""
    asked = await _read(request, house)
    if not asked.folder:
        raise QueryError("folder is missing")
    folder = Path(asked.folder)
    if not folder.is_absolute():
        raise QueryError("folder is no absolute path")
    try:
        await house.store.backup(folder)
    except (ConfigError, OSError) as problem:
        raise QueryError(f"the backup could not be written: {problem}") from None
    return json_answer(orjson.dumps({"folder": str(folder)}))


@router.get("/query/{connector}/{query}")
async def query(connector: str, query: str, request: Request, house: Rooms, caller: AdminCaller) -> Response:
    """Answer a query as rows, or with `format=csv` as CSV, over all teams' rows."""
    raw = await asked_parameters(request)
    form: Form = "csv" if raw.pop("format", "") == "csv" else "rows"
    ask = asks.to_ask(raw, datetime.now(UTC))
    result = await while_there(request, house.engine.run(f"{connector}/{query}", ask, caller, form))
    return result_answer(result, "text/csv; charset=utf-8" if form == "csv" else "application/json")


@router.post("/command/{connector}/{command}")
async def command(connector: str, command: str, request: Request, house: Rooms, caller: AdminCaller) -> Response:
    """Answer a connector's own command: `{"rows": […]}` or `{"text": "…"}`."""
    told = await run_command(house, connector, command, await request.body(), caller)
    return json_answer(orjson.dumps({"text": told} if isinstance(told, str) else {"rows": told}))


@router.get("/plugins")
async def plugins(house: Rooms, caller: AdminCaller) -> Response:  # noqa: ARG001
    """List what is installed, what is configured and what is broken."""
    return json_answer(orjson.dumps(plugin_list(house.plugins, house.engine.broken)))


@router.get("/status")
async def status(house: Rooms, caller: AdminCaller) -> Response:  # noqa: ARG001
    """Tell how the server is: its store, its collectors and their errors."""
    return json_answer(orjson.dumps(await status_of(house)))


async def _read(request: Request, house: House) -> Asked:
    asked = requests.read_request(Asked, await request.body())
    if asked.connector and asked.connector not in house.plugins.connectors:
        raise QueryError(f"there is no connector {asked.connector[:60]!r}")
    return asked
