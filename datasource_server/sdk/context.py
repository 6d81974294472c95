"""Context: what a collector, an action or a notifier is handed; its `pages()` reads a list from a tool."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import httpx
import orjson

from datasource_server.sdk.caller import Caller
from datasource_server.sdk.errors import UpstreamError
from datasource_server.sdk.journal import Gap

MAX_PAGES = 10_000

Rows = list[dict[str, Any]]
S = TypeVar("S")


class Page(list[Any]):
    """The items of one page; `envelope` is the whole answer around them, `{}` where there is none."""

    def __init__(self, items: Sequence[Any], envelope: Mapping[str, Any]) -> None:
        super().__init__(items)
        self.envelope = envelope


@dataclass(frozen=True, slots=True)
class Context(Generic[S]):
    """Settings, scope, time and the way to the tool.

    `http` is bound to the connector's base address and holds its limits, retries, ETags and credentials.
    `since` is where the last finished pass ended, less the overlap. `read` asks OpsSight's own store: SQL with
    `$name` parameters in, dicts out. `caller` is who pressed the button, for actions.
    """

    settings: S
    connector: str
    scope: str
    since: datetime
    now: datetime
    http: httpx.AsyncClient
    read: Callable[..., Awaitable[Rows]]
    log: logging.Logger
    part: str = ""
    caller: Caller | None = None

    async def get(self, path: str, /, **params: object) -> Any:  # noqa: ANN401  the tool's own JSON
        """Return one JSON answer of the tool; UpstreamError where there is none."""
        return _json(await self.answer(path, **params))

    async def answer(self, path: str, /, **params: object) -> httpx.Response:
        """Return one successful answer of the tool, unread; UpstreamError with its status for any other."""
        response = await self.http.get(path, params=_query(params))
        require_success(response)
        return response

    async def pages(self, path: str, /, *, items: str = "", **params: object) -> AsyncIterator[Page]:
        """Yield the pages of a list, following `Link: rel="next"`.

        `items` names the member that holds the list where the tool wraps it. A next link to another origin, to a
        page already read, or behind page 10,000 is an UpstreamError: what it hides is not read in silence.
        """
        address: httpx.URL | str = path
        query = _query(params) or None
        seen: set[str] = set()
        while len(seen) < MAX_PAGES:
            response = await self.http.get(address, params=query)
            require_success(response)
            seen.add(str(response.request.url))
            yield _page(response, items)
            if (following := _next(response)) is None:
                return
            if str(following) in seen:
                raise UpstreamError(f"{path}: the next page is one that was read already")
            address, query = following, None
        raise UpstreamError(f"{path}: more than {MAX_PAGES} pages")

    def gap(self, reason: str, first_at: datetime, last_at: datetime | None = None) -> Gap:
        """Return the row that says that a stretch of this scope could not be read whole; yield it as any row."""
        return Gap(collector=self.part, scope=self.scope, reason=reason, first_at=first_at, last_at=last_at)


def require_success(response: httpx.Response) -> None:
    """Raise UpstreamError unless the tool answered with a 2xx."""
    if not response.is_success:
        place = f"{response.request.method} {response.request.url.path}"
        raise UpstreamError(f"{place} answered {response.status_code}", upstream_status=response.status_code)


def _query(params: Mapping[str, object]) -> dict[str, str]:
    given = ((name, value) for name, value in params.items() if value is not None)
    return {name: _text(value) for name, value in given}


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(response: httpx.Response) -> Any:  # noqa: ANN401  the tool's own JSON
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise UpstreamError(f"{response.request.url.path} answered something else than JSON") from None


def _page(response: httpx.Response, items: str) -> Page:
    body = _json(response)
    found = body.get(items) if items and isinstance(body, dict) else body
    if not isinstance(found, list):
        raise UpstreamError(f"{response.request.url.path} answered no list{f' {items}' if items else ''}")
    return Page(found, body if isinstance(body, dict) else {})


def _next(response: httpx.Response) -> httpx.URL | None:
    if not (link := response.links.get("next", {}).get("url")):
        return None
    here, there = response.request.url, response.request.url.join(link)
    if (here.scheme, here.host, here.port) != (there.scheme, there.host, there.port):
        raise UpstreamError(f"{here.path}: the next page lies on another host, {there.host}")
    return there
