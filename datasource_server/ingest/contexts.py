"""Contexts: what a collector, an action or a notifier is handed, bound to its connector's tool."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from datasource_server.ingest.transport import Line
from datasource_server.ingest.wires import Wires
from datasource_server.plugins import Plugins
from datasource_server.sdk import Caller, Connector, ConnectorSettings, Context, NotFound

Read = Callable[..., Awaitable[list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Contexts:
    """Makes contexts, each with a line of its own over the shared wires."""

    wires: Wires
    plugins: Plugins
    read: Read

    def make(self, connector: str, scope: str = "", part: str = "", since: datetime | None = None) -> Context[Any]:
        """Return a context for a collector: it stops at the floor of the tool's budget."""
        return self._make(connector, (scope, part), since, None, self.wires.options.budget_floor)

    def for_people(self, connector: str, scope: str, part: str, caller: Caller | None) -> Context[Any]:
        """Return a context for an action or a notifier: what collectors leave of the budget is theirs."""
        return self._make(connector, (scope, part), None, caller, 0)

    def _make(
        self, name: str, place: tuple[str, str], since: datetime | None, caller: Caller | None, floor: int
    ) -> Context[Any]:
        if name not in self.plugins.configured:
            raise NotFound(f"connector {name} is not configured")
        settings, (scope, part) = self.plugins.configured[name], place
        now = self.wires.clock.now()
        return Context(
            settings=settings,
            connector=name,
            scope=scope,
            since=since or now,
            now=now,
            http=self._client(self.plugins.connectors[name], settings, scope, floor),
            read=self.read,
            log=logging.getLogger(f"opssight.{name}"),
            part=part,
            caller=caller,
        )

    def _client(self, connector: Connector, settings: ConnectorSettings, scope: str, floor: int) -> httpx.AsyncClient:
        options = self.wires.options
        origin = httpx.URL(settings.base_url) if settings.base_url else None

        async def prove() -> Mapping[str, str]:
            if connector.more.authorize is not None:
                return await connector.more.authorize(settings, scope)
            token = settings.token.get_secret_value()
            return {"authorization": f"Bearer {token}"} if token else {}

        return httpx.AsyncClient(
            base_url=settings.base_url,
            transport=Line(self.wires, (connector.name, scope), origin, prove, floor),
            timeout=httpx.Timeout(options.read_seconds, connect=options.connect_seconds, pool=options.total_seconds),
            headers={"user-agent": "OpsSight"},
            follow_redirects=False,
            trust_env=False,
        )


def line_of(context: Context[Any]) -> Line:
    """Return the line that a context's requests go over."""
    line = context.http._transport  # noqa: SLF001  httpx has no public way to it
    if not isinstance(line, Line):
        raise TypeError(f"context of {context.connector} has no line of ours")
    return line
