"""The API as an ASGI app: who calls, what it costs, what is answered, what goes wrong."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from tests.fakes.github.accounts import Token
from tests.fakes.github.answers import Answer, RefusalError
from tests.fakes.github.faults import INSTEAD, Faults
from tests.fakes.github.moments import http_date
from tests.fakes.github.stats import Asked, Stats
from tests.fakes.github.wire import Connections, Wire
from tests.fakes.github.world import World

from .accounts import Accounts, credentials
from .answers import no_route
from .call import Call, Switches
from .extras import Extras
from .faults import fault_answer
from .limits import Limits
from .router import route_of
from .site import Site

BROKEN = ("truncated", "reset", "slow", "huge")
STRANGER = "http://localhost:9"


@dataclass(slots=True)
class Visit:
    """What is known about a request while it is answered."""

    request: Request
    body: bytes
    path: str
    template: str = "(unknown)"
    token: Token | None = None
    etag: str = ""
    later: list[Callable[[], object]] = field(default_factory=list)


@dataclass(slots=True)
class Application:
    """An ASGI app that answers as a GitLab does under /api/v4, for one world."""

    world: World
    extras: Extras
    site: Site
    prefix: str
    switches: Switches
    accounts: Accounts
    limits: Limits
    faults: Faults
    stats: Stats
    clock: Callable[[], float]
    connections: Connections = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        self.stats.enter()
        try:
            visit = Visit(request, await request.body(), self._path(scope))
            await self._serve(visit, Wire(scope, send, self.connections, self.faults))
        finally:
            self.stats.leave()

    def _path(self, scope: Scope) -> str:
        """The path without the prefix, its escapes kept: `group%2Fproject` is one part of it."""
        path: str = scope["raw_path"].decode("latin-1").partition("?")[0]
        return path.removeprefix(self.prefix) if path.startswith(self.prefix) else "/(outside)" + path

    async def _serve(self, visit: Visit, wire: Wire) -> None:
        await asyncio.sleep(self.switches.latency_seconds)
        kind = self.faults.draw(visit.path)
        answer = fault_answer(self.faults, kind, self.clock()) if kind in INSTEAD else self._answer(visit)
        answer = self._linked(visit, kind, answer)
        headers = self._headers(visit, answer)
        if kind == "wrong_type":
            headers["Content-Type"] = "text/plain; charset=utf-8"
        self._count(visit, answer, kind)
        if kind in BROKEN:
            await wire.spoiled(kind, answer, headers)
        else:
            await wire.whole(answer, headers)
        for job in visit.later:
            asyncio.get_running_loop().run_in_executor(None, job)

    def _answer(self, visit: Visit) -> Answer:
        try:
            with self.world.lock:
                return self._conditional(visit, self._allowed(visit))
        except RefusalError as refusal:
            return refusal.answer

    def _allowed(self, visit: Visit) -> Answer:
        """Checks who calls and what is left, then answers."""
        found = route_of(visit.request.method, visit.path)
        if found is not None:
            visit.template = found[0].template
        visit.token = self.accounts.caller(visit.request.headers, visit.request.url.query)
        throttled = self.limits.charge(visit.token)
        if throttled is not None:
            return throttled
        if visit.path in self.switches.recorded:
            visit.template = "(recorded)"
            return Answer(self.switches.recorded[visit.path])
        if found is None:
            raise no_route()
        return self._moved(visit, found[1]) or found[0].handler(self._call(visit, visit.token, found[1]))

    def _call(self, visit: Visit, token: Token, params: dict[str, str]) -> Call:
        return Call(
            self.world,
            self.extras,
            self.site,
            self.switches,
            token,
            visit.path,
            parse_qsl(visit.request.url.query, keep_blank_values=True),
            visit.request.headers,
            visit.body,
            visit.later,
            params,
        )

    def _moved(self, visit: Visit, params: dict[str, str]) -> Answer | None:
        """The redirect of a project that was renamed: its address by id."""
        asked = params.get("id", "").lower()
        if not visit.path.startswith("/projects/") or asked.isdigit():
            return None
        for repository in self.world.repositories.values():
            if repository.full_name.lower() != asked and asked in (name.lower() for name in repository.former_names):
                rest = visit.path.removeprefix(f"/projects/{visit.path.split('/')[2]}")
                query = f"?{visit.request.url.query}" if visit.request.url.query else ""
                location = f"{self.site.project(repository)}{rest}{query}"
                body = f"This resource has been moved permanently to {location}"
                return Answer(body.encode(), 301, {"Location": location}, "text/plain")
        return None

    def _conditional(self, visit: Visit, answer: Answer) -> Answer:
        """Gives a 200 its ETag, and answers 304 when the client has it already; that costs as much as any request."""
        if answer.status != 200 or visit.request.method not in ("GET", "HEAD"):
            return answer
        visit.etag = f'W/"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        known = visit.request.headers.get("if-none-match", "")
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        is_known = visit.etag.removeprefix("W/") in tags or "*" in tags
        return Answer(b"", 304, answer.headers) if is_known else answer

    def _linked(self, visit: Visit, kind: str, answer: Answer) -> Answer:
        """Points the next page to itself or to a stranger."""
        if kind not in ("endless", "foreign_next") or answer.status != 200:
            return answer
        origin = self.site.api if kind == "endless" else STRANGER
        target = f"{origin}{visit.path}?{quote(visit.request.url.query, safe='=&')}"
        return Answer(answer.body, 200, {**answer.headers, "Link": f'<{target}>; rel="next"'}, answer.media_type)

    def _headers(self, visit: Visit, answer: Answer) -> dict[str, str]:
        with self.world.lock:
            limits = self.limits.headers(visit.token)
        headers = {
            "Server": "nginx",
            "Date": http_date(self.clock()),
            "Content-Type": "application/json"
            if answer.media_type.startswith("application/json")
            else answer.media_type,
            "Cache-Control": "max-age=0, private, must-revalidate",
            "Vary": "Origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            "X-Gitlab-Meta": f'{{"correlation_id":"{self.stats.total:06X}","version":"1"}}',
            "X-Request-Id": f"01F4CE{self.stats.total:06X}",
            "X-Runtime": "0.041234",
            **({"ETag": visit.etag} if visit.etag else {}),
            **limits,
            **answer.headers,
        }
        if answer.status == 304:
            del headers["Content-Type"]
        return headers

    def _count(self, visit: Visit, answer: Answer, kind: str) -> None:
        request = visit.request
        token = credentials(request.headers, request.url.query)
        is_conditional = "if-none-match" in request.headers
        self.stats.user_agents.add(request.headers.get("user-agent", ""))
        self.stats.bytes_sent += len(answer.body)
        asked = Asked(request.method, visit.path, request.url.query, token, answer.status, kind, is_conditional)
        self.stats.count(asked, visit.template)
