"""What every request leaves behind: its id, a line in the log, its place in the metrics, and never a traceback."""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from datasource_server.log import request_id
from datasource_server.routes.answering import Gone
from datasource_server.routes.failures import internal_failure

log = logging.getLogger(__name__)

PLAIN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
Count = Callable[[str, str, int, float], None]
"""Counts one answer: method, route, status, seconds."""


class Observed:
    """Wraps the application; `count` is told of each answer."""

    def __init__(self, app: ASGIApp, count: Count) -> None:
        self.app = app
        self.count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = Answer(send)
        token = request_id.set(_id_of(scope))
        try:
            await self._serve(scope, receive, answer)
        finally:
            self._record(scope, answer)
            request_id.reset(token)

    async def _serve(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        try:
            await self.app(scope, receive, answer)
        except Gone:
            log.info("the client hung up", extra={"path": scope["path"]})
        except Exception:
            log.exception("a request failed", extra={"path": scope["path"]})
            if answer.status:
                raise
            await internal_failure()(scope, receive, answer)

    def _record(self, scope: Scope, answer: Answer) -> None:
        seconds = time.perf_counter() - answer.began_at
        route = getattr(scope.get("route"), "path", "none")
        status = answer.status or 499
        self.count(scope["method"], route, status, seconds)
        facts = {"method": scope["method"], "path": scope["path"][:200], "status": status, "seconds": round(seconds, 4)}
        log.debug("answered", extra=facts)


class Answer:
    """Sends an answer on, with the headers that every answer has, and remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.began_at = time.perf_counter()
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = request_id.get()
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Cache-Control"] = "no-store"
        await self._send(message)


def _id_of(scope: Scope) -> str:
    sent = next((value for name, value in scope["headers"] if name.lower() == b"x-request-id"), b"").decode("latin-1")
    # no secret, so the kernel need not be asked for chance at every request
    return sent if PLAIN_ID.fullmatch(sent) else f"{random.getrandbits(64):016x}"
