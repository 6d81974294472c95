"""Failures as HTTP answers: one form, `{"error": "…"}`, without SQL, file paths or tracebacks."""

from __future__ import annotations

import logging

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from datasource_server.log import Sample, request_id
from datasource_server.sdk import OpsSightError, Overloaded, TooSlow, UpstreamError

MAX_TEXT = 500
UNAUTHORISED = "no valid token or signature"
OPEN_ABOUT_500 = (TooSlow, Overloaded, UpstreamError)
"""Failures above 500 whose message is meant for the caller; that of any other stays in the log."""

log = logging.getLogger(__name__)
_refusals = Sample()


def handle_failures(app: FastAPI) -> None:
    """Answer every failure that the application knows in the one form."""
    app.add_exception_handler(OpsSightError, _of_ours)
    app.add_exception_handler(HTTPException, _of_routing)
    app.add_exception_handler(RequestValidationError, _of_parameters)


def failure(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """Return the answer that says what went wrong; every 401 says the same."""
    said = UNAUTHORISED if status == 401 else (text.partition("\n")[0][:MAX_TEXT] or "refused")
    more = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Response(orjson.dumps({"error": said}), status, (headers or {}) | more, "application/json")


def internal_failure() -> Response:
    """Return the answer to a failure that nobody foresaw; it names the request, so that the log can be searched."""
    return failure(500, f"internal error; the server's log tells more, at request {request_id.get()}")


async def _of_ours(request: Request, problem: Exception) -> Response:
    status = problem.status if isinstance(problem, OpsSightError) else 500
    if status >= 500 and not isinstance(problem, OPEN_ABOUT_500):
        log.error("a request failed", extra={"path": request.url.path}, exc_info=problem)
        return internal_failure()
    if (held_back := _refusals.admit()) is not None:
        facts = {"path": request.url.path[:200], "status": status, "reason": str(problem)[:MAX_TEXT]}
        log.info("refused", extra=facts | ({"more_held_back": held_back} if held_back else {}))
    wait = {"Retry-After": str(problem.retry_after_seconds)} if isinstance(problem, Overloaded) else None
    return failure(status, str(problem), wait)


async def _of_routing(_: Request, problem: Exception) -> Response:
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    texts = {404: "nothing lies at this address", 405: "this address does not answer to this method"}
    headers = dict(problem.headers or {}) if isinstance(problem, HTTPException) else {}
    return failure(status, texts.get(status, str(getattr(problem, "detail", ""))), headers)


async def _of_parameters(_: Request, problem: Exception) -> Response:
    first = problem.errors()[0] if isinstance(problem, RequestValidationError) else {}
    name = ".".join(str(part) for part in first.get("loc", ())[1:])
    return failure(400, f"{name}: {first.get('msg', 'is wrong')}")
