"""Transport: how every request to a tool goes out, with its credentials, limits, retries, ETags and caps."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from datasource_server.ingest.answer import Answer, following, origin_of, plain, read, response_of
from datasource_server.ingest.budget import Budget
from datasource_server.ingest.etags import Kept, Key
from datasource_server.ingest.patience import (
    ComeBackLater,
    Unreachable,
    Wait,
    growing_seconds,
    is_repeatable,
    their_now,
    wait_after,
)
from datasource_server.ingest.wires import Wires
from datasource_server.sdk import UpstreamError

Prove = Callable[[], Awaitable[Mapping[str, str]]]

_REDIRECTS = 5
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_AN_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class _Course:
    """How far one request is: tries so far, seconds waited, and what is known of the answer from before."""

    key: Key
    kept: Kept | None
    attempt: int = 0
    waited: float = 0
    proof: Mapping[str, str] = field(default_factory=dict)


class Line(httpx.AsyncBaseTransport):
    """One scope's way to its tool.

    Credentials go to `origin` alone. `requests` counts what was sent, `behind` is how far the tool's clock is behind
    ours.
    """

    def __init__(
        self, wires: Wires, owner: tuple[str, str], origin: httpx.URL | None, prove: Prove, floor: int
    ) -> None:
        self._wires = wires
        self._connector, self._scope = owner
        self._origin = origin_of(origin) if origin is not None else None
        self._prove = prove
        self._floor = floor
        self.credential = ""
        self.requests = 0
        self.behind = timedelta(0)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        for _ in range(_REDIRECTS + 1):
            answer = await self._answer(request)
            further = following(request, answer)
            if further is None:
                return response_of(answer)
            request = further
        raise UpstreamError(f"{request.url.path}: more than {_REDIRECTS} redirects")

    async def aclose(self) -> None:
        """Leave the shared connections open."""

    async def _answer(self, request: httpx.Request) -> Answer:
        course = await self._begin(request)
        while True:
            await self._respect(request, course)
            answer, wait = await self._attempt(request, course)
            if wait is None and answer is not None:
                return self._kept_or_fresh(request, answer, course)
            await self._pause(request, answer, wait, course)

    async def _begin(self, request: httpx.Request) -> _Course:
        is_ours = self._origin == origin_of(request.url)
        proof = dict(await self._prove()) if is_ours else {}
        credential = _digest(proof)
        if is_ours:
            self.credential = credential
            self._wires.use(self._connector, self._scope, credential)
        key = Key(credential, str(request.url), request.headers.get("accept", ""))
        is_known = request.method == "GET" and "range" not in request.headers and "if-none-match" not in request.headers
        return _Course(key, self._wires.etags.find(key) if is_known else None, proof=proof)

    async def _respect(self, request: httpx.Request, course: _Course) -> None:
        """Wait while the tool wants silence; ComeBackLater where that is long, or where the budget is at its floor."""
        clock, budget = self._wires.clock, self._budget(course)
        while (seconds := budget.silence(clock.now())) > 0:
            await self._wait(request, seconds, course, status=429)
        budget.require_more_than(self._floor if course.proof else 0, request.url.path, clock.now())

    async def _attempt(self, request: httpx.Request, course: _Course) -> tuple[Answer | None, Wait | None]:
        """Return the answer, and how long to wait where it does not stand."""
        try:
            answer = await self._send(_dressed(request, course))
        except (httpx.TransportError, TimeoutError) as problem:
            return None, self._wait_after_silence(request, problem, course)
        now = self._wires.clock.now()
        self._hear(request, answer, course, now)
        tries = (course.attempt, self._budget(course).strikes)
        wait = wait_after(answer.status, answer.headers, answer.body, tries, now)
        if wait and not wait.is_limit and not _is_repeatable(request):
            return answer, None
        return answer, wait

    async def _send(self, request: httpx.Request) -> Answer:
        options = self._wires.options
        cap = int(request.extensions.get("max_bytes", options.max_answer_bytes))
        async with self._wires.place(request.url):
            self.requests += 1
            self._wires.requests[self._connector] += 1
            async with asyncio.timeout(options.total_seconds):
                response = await self._wires.transport.handle_async_request(request)
                try:
                    return Answer(response.status_code, response.headers, await read(request, response, cap))
                finally:
                    await response.aclose()

    def _wait_after_silence(self, request: httpx.Request, problem: Exception, course: _Course) -> Wait:
        is_safe = isinstance(problem, _NOT_SENT) or _is_repeatable(request)
        is_slow = isinstance(problem, TimeoutError | httpx.TimeoutException) and not isinstance(problem, _NOT_SENT)
        if not is_safe or is_slow or course.attempt + 1 >= self._wires.options.attempts:
            name = type(problem).__name__
            raise Unreachable(f"{request.method} {request.url.host}{request.url.path}: no answer ({name})") from problem
        return Wait(growing_seconds(course.attempt, self._wires.options.first_wait_seconds))

    def _hear(self, request: httpx.Request, answer: Answer, course: _Course, now: datetime) -> None:
        budget = self._budget(course)
        budget.strikes = 0 if answer.status < 400 else budget.strikes
        if self._origin == origin_of(request.url):
            budget.hear(request.url.path, answer.headers, now)
            self.behind = max(self.behind, min(now - their_now(answer.headers, now), _AN_HOUR))

    def _kept_or_fresh(self, request: httpx.Request, answer: Answer, course: _Course) -> Answer:
        etag = answer.headers.get("etag", "")
        if answer.status == 304 and course.kept is not None:
            return Answer(200, httpx.Headers(course.kept.headers), course.kept.body, is_from_cache=True)
        if answer.status == 200 and etag and request.method == "GET" and "range" not in request.headers:
            self._wires.etags.keep(course.key, etag, plain(answer.headers), answer.body)
        return answer

    async def _pause(self, request: httpx.Request, answer: Answer | None, wait: Wait | None, course: _Course) -> None:
        status, seconds = answer.status if answer else 0, wait.seconds if wait else 0.0
        course.attempt += 1
        if wait and wait.is_limit:
            self._budget(course).be_silent(seconds, self._wires.clock.now())
        elif course.attempt < self._wires.options.attempts:
            await self._wait(request, seconds, course, status)
        if course.attempt >= self._wires.options.attempts:
            place = f"{request.method} {request.url.path}"
            raise UpstreamError(f"{place} answered {status}, {course.attempt} times", upstream_status=status)

    async def _wait(self, request: httpx.Request, seconds: float, course: _Course, status: int) -> None:
        course.waited += seconds
        if course.waited > self._wires.options.patience_seconds:
            message = f"{request.method} {request.url.path} answered {status} and asks for {seconds:.0f} s of patience"
            until = self._wires.clock.now() + timedelta(seconds=seconds)
            raise ComeBackLater(message, until, upstream_status=status)
        await self._wires.clock.sleep(seconds)

    def _budget(self, course: _Course) -> Budget:
        return self._wires.budget(self._connector, course.key.credential)


def _dressed(request: httpx.Request, course: _Course) -> httpx.Request:
    """Return the request with credentials and the ETag that we know."""
    headers = httpx.Headers(request.headers)
    headers.update(course.proof)
    if course.kept is not None:
        headers["if-none-match"] = course.kept.etag
    return httpx.Request(
        request.method, request.url, headers=headers, content=request.content, extensions=request.extensions
    )


def _digest(proof: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(proof.items())).encode()).hexdigest() if proof else ""


def _is_repeatable(request: httpx.Request) -> bool:
    return is_repeatable(request.method, is_marked=bool(request.extensions.get("is_repeatable")))
