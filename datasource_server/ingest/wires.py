"""Wires: what all connectors' requests share: the connections, places per host, budgets and kept answers."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict

import httpx

from datasource_server.ingest.budget import Budget
from datasource_server.ingest.clock import Clock
from datasource_server.ingest.etags import ETags
from datasource_server.ingest.options import IngestOptions


class Wires:
    """The way out to all tools; `transport` takes the place of real connections in tests."""

    def __init__(self, options: IngestOptions, clock: Clock, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.options = options
        self.clock = clock
        self.etags = ETags(options.etag_bytes)
        self.transport = transport or httpx.AsyncHTTPTransport(
            limits=httpx.Limits(max_connections=200, max_keepalive_connections=options.per_host),
            proxy=options.proxy or None,
        )
        self.requests: Counter[str] = Counter()
        self._places: dict[str, asyncio.Semaphore] = {}
        self._budgets: dict[tuple[str, str], Budget] = defaultdict(Budget)
        self._credentials: dict[tuple[str, str], str] = {}

    def place(self, url: httpx.URL) -> asyncio.Semaphore:
        """Return the places for requests to a host: no more than so many run at a time."""
        return self._places.setdefault(url.netloc.decode(), asyncio.Semaphore(self.options.per_host))

    def budget(self, connector: str, credential: str) -> Budget:
        return self._budgets[connector, credential]

    def budgets(self) -> dict[str, list[Budget]]:
        """Return the budgets in use by connector."""
        result: dict[str, list[Budget]] = defaultdict(list)
        for (connector, _), budget in self._budgets.items():
            result[connector].append(budget)
        return dict(result)

    def use(self, connector: str, scope: str, credential: str) -> None:
        """Note which credential a scope uses; what the one before it was told is dropped."""
        before = self._credentials.get((connector, scope))
        self._credentials[connector, scope] = credential
        if before not in (None, credential) and before not in self._credentials.values():
            self.etags.forget(before or "")
            self._budgets.pop((connector, before or ""), None)

    async def aclose(self) -> None:
        await self.transport.aclose()
