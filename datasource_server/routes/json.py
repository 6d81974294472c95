"""The JSON data source protocol: what Grafana's data source of OpsSight and its older relatives ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel

from datasource_server.query import Ask, Form, Result
from datasource_server.query.scope import named_in
from datasource_server.routes.answering import REFUSALS, body_of, json_answer, while_there
from datasource_server.routes.callers import BY_DATASOURCE, JsonCaller, require_datasource_token
from datasource_server.routes.house import House, Rooms, headers_of
from datasource_server.sdk import Caller, NotFound, Query, QueryError, Row, Unauthorised, column_sentence
from datasource_server.store import Column
from datasource_server.version import VERSION
from datasource_server.wire import asks, catalogue, choices, frames, requests, simplejson

Model = TypeVar("Model", bound=BaseModel)

FILTERED = ("table", "timeseries", "logs")
"""Shapes of the answers that ad-hoc filters are for."""

router = APIRouter(prefix="/json", tags=["JSON data source"], dependencies=BY_DATASOURCE, responses=REFUSALS)


@router.get("", dependencies=[Depends(require_datasource_token)])
@router.get("/", dependencies=[Depends(require_datasource_token)])
async def health(request: Request, house: Rooms) -> Response:
    """Say that the data source works, and who Grafana says is asking; wants the token only."""
    user, problem = None, None
    try:
        user = (await house.access.json_caller(headers_of(request))).login
    except Unauthorised as refused:
        problem = str(refused)
    names = sorted(house.plugins.connectors)
    return json_answer(orjson.dumps({"version": VERSION, "connectors": names, "user": user, "problem": problem}))


@router.post("/metrics", openapi_extra=body_of(requests.MetricRequest))
async def metrics(request: Request, house: Rooms, caller: JsonCaller) -> Response:  # noqa: ARG001  the door
    """List the queries on offer, with their documentation, parameters and columns."""
    await _read(request, requests.MetricRequest)
    offers = [await _offer(house, query) for query in house.engine.queries.values()]
    return json_answer(catalogue.to_metrics(offers))


@router.post("/metric-payload-options", openapi_extra=body_of(requests.MetricRequest))
async def metric_payload_options(request: Request, house: Rooms, caller: JsonCaller) -> Response:
    """List the values that a parameter of a query may be given."""
    asked = await _read(request, requests.MetricRequest)
    path = find(house.engine.queries, asked.metric or asked.target)
    return json_answer(choices.to_options(await while_there(request, house.engine.options(path, asked.name, caller))))


@router.post("/query", openapi_extra=body_of(requests.QueryRequest))
async def query(request: Request, house: Rooms, caller: JsonCaller) -> Response:
    """Answer the targets of a panel: ready frames, or an older form for a target that asks for it."""
    asked = await _read(request, requests.QueryRequest)
    now = datetime.now(UTC)
    wanted = [(each, asks.to_panel_ask(asked, each, now)) for each in asked.targets if each.path() and not each.hide]
    return json_answer(frames.frames_answer(await while_there(request, _answers(house, wanted, caller))))


@router.post("/variable", openapi_extra=body_of(requests.VariableRequest))
async def variable(request: Request, house: Rooms, caller: JsonCaller) -> Response:
    """List the values of a dashboard's variable."""
    asked = await _read(request, requests.VariableRequest)
    result = await _run(request, house, asked.asked(), asked.range, caller)
    return json_answer(choices.to_variable(result))


@router.post("/tag-keys", openapi_extra=body_of(requests.TagRequest))
async def tag_keys(request: Request, house: Rooms, caller: JsonCaller) -> Response:  # noqa: ARG001  the door
    """List the columns that an ad-hoc filter may name: those of the board's queries, or of all."""
    asked = await _read(request, requests.TagRequest)
    return json_answer(choices.to_tag_keys(list((await _columns(house, asked)).values())))


@router.post("/tag-values", openapi_extra=body_of(requests.TagRequest))
async def tag_values(request: Request, house: Rooms, caller: JsonCaller) -> Response:
    """List the values of a column, for an ad-hoc filter."""
    asked = await _read(request, requests.TagRequest)
    having = [path for path, each in (await _columns(house, asked)).items() if asked.key in {one.name for one in each}]
    if not having:
        raise QueryError(f"no query answers a column {asked.key[:60]!r}")
    return json_answer(
        choices.to_tag_values(await while_there(request, house.engine.options(having[0], asked.key, caller)))
    )


@router.post("/search", openapi_extra=body_of(requests.MetricRequest))
async def search(request: Request, house: Rooms, caller: JsonCaller) -> Response:  # noqa: ARG001  the door
    """List the paths of the queries, as older clients ask."""
    asked = await _read(request, requests.MetricRequest)
    return json_answer(catalogue.to_search(list(house.engine.queries.values()), asked.target))


@router.post("/annotations", openapi_extra=body_of(requests.AnnotationRequest))
async def events(request: Request, house: Rooms, caller: JsonCaller) -> Response:
    """List events for the time axis, as older clients ask."""
    asked = await _read(request, requests.AnnotationRequest)
    result = await _run(request, house, asked.asked(), asked.range, caller)
    return json_answer(choices.to_annotations(result, asked.annotation))


def find(queries: Mapping[str, Query], named: str) -> str:
    """Return the path of a query; a bare name is enough where only one connector has a query of that name."""
    if named in queries or "/" in named:
        found = [named] if named in queries else []
    else:
        found = [path for path, each in queries.items() if each.name == named]
    if len(found) != 1:
        raise QueryError(f"there is {'more than one' if found else 'no'} query {named[:120]!r}")
    return found[0]


async def _read(request: Request, model: type[Model]) -> Model:
    return requests.read_request(model, await request.body())


async def _run(request: Request, house: House, target: requests.Target, span: requests.Span, caller: Caller) -> Result:
    path = find(house.engine.queries, target.path())
    return await while_there(
        request, house.engine.run(path, asks.to_choice_ask(span, target, datetime.now(UTC)), caller)
    )


async def _answers(house: House, wanted: list[tuple[requests.Target, Ask]], caller: Caller) -> list[bytes]:
    """Answer one target after the other: a panel takes one place among the running queries, not all of them."""
    return [await _answer(house, target, ask, caller) for target, ask in wanted]


async def _answer(house: House, target: requests.Target, ask: Ask, caller: Caller) -> bytes:
    path = find(house.engine.queries, target.path())
    is_series = house.engine.queries[path].shape == "timeseries" and target.type != "table"
    form: Form = "series" if is_series or target.type in ("timeserie", "timeseries") else "columns"
    try:
        result = await house.engine.run(path, ask, caller, form)
    except NotFound as problem:
        raise QueryError(str(problem)) from None
    if target.type == "table":
        return simplejson.to_table(result, target.ref_id)
    if target.type in ("timeserie", "timeseries"):
        return simplejson.to_datapoints(result, target.path())
    return frames.to_frames(result, target.ref_id)


async def _columns(house: House, asked: requests.TagRequest) -> dict[str, tuple[Column, ...]]:
    named = [path for each in asked.queries if (path := each.path()) in house.engine.queries]
    paths = dict.fromkeys(named) or [
        path for path, each in house.engine.queries.items() if each.shape in ("table", "timeseries", "logs")
    ]
    return {path: await house.engine.columns(path) for path in paths}


async def _offer(house: House, query: Query) -> catalogue.Offer:
    columns = await house.engine.columns(query.path)
    tables = [house.store.tables[name] for name in named_in(query.sql, house.store.tables)]
    described = [(column, _sentence(column.name, tables)) for column in columns]
    return catalogue.Offer(query, house.engine.parameters(query.path), described)


def _sentence(name: str, tables: list[type[Row]]) -> str:
    return next((column_sentence(table, name) for table in tables if name in table.model_fields), "")
