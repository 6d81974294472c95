"""What the routes share: bytes as answers, work that ends when its asker is gone, and words for OpenAPI."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from datasource_server.query import Result
from datasource_server.wire import asks
from datasource_server.wire.moments import to_epoch

T = TypeVar("T")

log = logging.getLogger(__name__)


class Failure(BaseModel):
    """What went wrong, in words."""

    error: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure, "description": text}
    for status, text in {
        400: "A parameter is wrong; the reason is in words.",
        401: "No valid token, identity or signature.",
        404: "No such thing.",
        413: "The body is too large.",
        503: "Too much at once; Retry-After says when to come back.",
        504: "The query took too long and was stopped.",
    }.items()
}


class Gone(Exception):
    """Whoever asked has hung up."""


def json_answer(body: bytes, status: int = 200) -> Response:
    """Return bytes that are JSON already."""
    return Response(body, status, media_type="application/json")


def result_answer(result: Result, media_type: str = "application/json") -> Response:
    """Return rows or CSV as DuckDB made them; how old they are and what was clamped stand in headers."""
    as_of = to_epoch(result.as_of)
    headers = {"X-OpsSight-Data-As-Of": str(as_of)} if as_of is not None else {}
    if result.notices:
        headers["X-OpsSight-Notice"] = " ".join(result.notices).encode("ascii", "replace").decode()
    return Response(b"".join(result.body), 200, headers, media_type)


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what the work returns; it is cancelled when the client hangs up. The body must have been read."""
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Gone
        return task.result()
    finally:
        task.cancel()
        watch.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)


async def asked_parameters(request: Request) -> dict[str, object]:
    """Return the parameters of the query string, and of the body of a POST, which win."""
    found = asks.read_pairs(request.url.query)
    if request.method != "POST":
        return found
    return found | asks.read_flat(await request.body(), request.headers.get("content-type", ""))


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return OpenAPI's words for a JSON body that the route reads by itself."""
    schema = {"type": "object", "title": model.__name__, "description": model.__doc__ or ""}
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
