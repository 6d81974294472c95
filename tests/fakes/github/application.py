"""The API as an ASGI app: who calls, what it costs, what is answered, what goes wrong."""

import asyncio
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from .accounts import Accounts, GitHubApp, Token, credentials
from .answers import NO_USER_AGENT, Answer, RefusalError, not_found, to_json
from .call import Call, Switches
from .faults import INSTEAD, Faults
from .limits import Limits
from .moments import http_date
from .router import Route, route_of
from .site import Site
from .stats import Asked, Stats
from .storage import Storage
from .wire import Connections, Wire
from .world import World

BY_ID = re.compile(r"/repositories/(\d+)(/.*)?")
EXPOSED = "ETag, Link, Location, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"


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
    """An ASGI app that answers as api.github.com, for one world."""

    world: World
    site: Site
    prefix: str
    switches: Switches
    accounts: Accounts
    sign_in: GitHubApp
    limits: Limits
    faults: Faults
    stats: Stats
    storage: Storage
    clock: Callable[[], float]
    connections: Connections = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        self.stats.enter()
        try:
            visit = Visit(request, await request.body(), self._path(scope["path"]))
            await self._serve(visit, Wire(scope, send, self.connections, self.faults))
        finally:
            self.stats.leave()

    async def _serve(self, visit: Visit, wire: Wire) -> None:
        await asyncio.sleep(self.switches.latency_seconds)
        kind = self.faults.draw(visit.path)
        answer = self.faults.answer(kind, self.clock()) if kind in INSTEAD else self._answer(visit)
        answer = self._linked(visit, kind, answer)
        headers = self._headers(visit, answer)
        if kind == "wrong_type":
            headers["Content-Type"] = "text/plain; charset=utf-8"
        self._count(visit, answer, kind)
        if kind in ("truncated", "reset", "slow", "huge"):
            await wire.spoiled(kind, answer, headers)
        else:
            await wire.whole(answer, headers)
        for job in visit.later:
            asyncio.get_running_loop().run_in_executor(None, job)

    def _path(self, path: str) -> str:
        """The path without the prefix, and with a repository's name where its id stood."""
        inner = path.removeprefix(self.prefix) if path.startswith(self.prefix) else "/(outside)" + path
        match = BY_ID.fullmatch(inner)
        repository = self.world.repositories.get(int(match[1])) if match else None
        return f"/repos/{repository.full_name}{match[2] or ''}" if match and repository else inner

    def _answer(self, visit: Visit) -> Answer:
        if "user-agent" not in visit.request.headers:
            return Answer(NO_USER_AGENT.encode(), 403, media_type="text/html; charset=utf-8")
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
        if found is not None and found[0].is_for_app:
            return self._as_app(visit, *found)
        visit.token = self.accounts.caller(visit.request.headers.get("authorization"))
        if visit.path == "/rate_limit":
            visit.template = "/rate_limit"
            return self.limits.shape(visit.token)
        self.limits.check_haste(visit.request.method, visit.path, self.stats.concurrent)
        self.limits.charge(visit.token)
        if visit.path in self.switches.recorded:
            visit.template = "(recorded)"
            return Answer(self.switches.recorded[visit.path])
        if found is None:
            raise not_found()
        return self._moved(visit, found[1]) or found[0].handler(self._call(visit, visit.token, found[1]))

    def _as_app(self, visit: Visit, route: Route, params: dict[str, str]) -> Answer:
        self.sign_in.check(credentials(visit.request.headers.get("authorization", "")), self.clock())
        token = Token("", self.world.organisation)
        return route.handler(self._call(visit, token, params))

    def _call(self, visit: Visit, token: Token, params: dict[str, str]) -> Call:
        query = parse_qsl(visit.request.url.query, keep_blank_values=True)
        return Call(
            self.world,
            self.site,
            self.switches,
            token,
            visit.path,
            query,
            visit.request.headers,
            visit.body,
            self.storage.sign,
            self.sign_in,
            self.accounts,
            visit.later,
            params,
        )

    def _moved(self, visit: Visit, params: dict[str, str]) -> Answer | None:
        """The redirect of a repository that was renamed."""
        if "repo" not in params:
            return None
        asked = f"{params['owner']}/{params['repo']}".lower()
        for repository in self.world.repositories.values():
            if repository.full_name.lower() != asked and asked in (name.lower() for name in repository.former_names):
                rest = "".join(f"/{part}" for part in visit.path.split("/")[4:])
                query = f"?{visit.request.url.query}" if visit.request.url.query else ""
                location = f"{self.site.api}/repositories/{repository.id}{rest}{query}"
                body = {"message": "Moved Permanently", "url": location}
                return to_json(body, 301 if visit.request.method == "GET" else 307, {"Location": location})
        return None

    def _conditional(self, visit: Visit, answer: Answer) -> Answer:
        """Gives a 200 its ETag, and answers 304 for nothing when the client has it already."""
        if answer.status != 200 or visit.request.method not in ("GET", "HEAD"):
            return answer
        salt = visit.token.text.encode() if visit.token and self.switches.etag_by_token else b""
        visit.etag = f'W/"{hashlib.sha256(salt + answer.body).hexdigest()}"'
        known = visit.request.headers.get("if-none-match", "")
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        if visit.etag.removeprefix("W/") not in tags and "*" not in tags:
            return answer
        if visit.token is not None and visit.template != "/rate_limit":
            self.limits.refund(visit.token)
        return Answer(b"", 304)

    def _linked(self, visit: Visit, kind: str, answer: Answer) -> Answer:
        """Points the next page to itself or to a stranger."""
        if kind not in ("endless", "foreign_next") or answer.status != 200:
            return answer
        origin = self.site.api if kind == "endless" else self.storage.url
        target = f"{origin}{visit.path}?{visit.request.url.query}"
        return Answer(answer.body, 200, {**answer.headers, "Link": f'<{target}>; rel="next"'})

    def _headers(self, visit: Visit, answer: Answer) -> dict[str, str]:
        with self.world.lock:
            limits = self.limits.headers(visit.token) if visit.template != "(unknown)" or visit.token else {}
        headers = {
            "Server": "github.com",
            "Date": http_date(self.clock()),
            "Content-Type": answer.media_type,
            "Cache-Control": "private, max-age=60, s-maxage=60",
            "Vary": "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With",
            "X-GitHub-Media-Type": "github.v3; format=json",
            "x-github-api-version-selected": "2022-11-28",
            "Access-Control-Expose-Headers": EXPOSED,
            "X-GitHub-Request-Id": f"F4CE:{self.stats.total:06X}",
            **({"ETag": visit.etag} if visit.etag else {}),
            **limits,
            **answer.headers,
        }
        if answer.status == 304:
            del headers["Content-Type"]
        return headers

    def _count(self, visit: Visit, answer: Answer, kind: str) -> None:
        request = visit.request
        token = credentials(request.headers.get("authorization", ""))
        is_conditional = "if-none-match" in request.headers
        self.stats.user_agents.add(request.headers.get("user-agent", ""))
        self.stats.bytes_sent += len(answer.body)
        asked = Asked(request.method, visit.path, request.url.query, token, answer.status, kind, is_conditional)
        self.stats.count(asked, visit.template)
