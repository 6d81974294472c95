"""What the tests of the way in share: a clock that does not wait, a small connector, and an Ingest around both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from datasource_server import sdk
from datasource_server.ingest import Clock, Ingest, IngestOptions
from datasource_server.plugins import Plugins
from datasource_server.store import Store

SECRET = "the-webhook-secret"
SCOPES = ("acme/checkout", "acme/search")
TOKEN = "tok_3f9a1c77e2b84d05"
FAST = IngestOptions(connect_seconds=2, read_seconds=2, total_seconds=3, debounce_seconds=0.01)


class QuickClock(Clock):
    """Starts at a fixed moment; sleeping moves it on at once, and is written down."""

    def __init__(self, start: datetime = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)) -> None:
        self.moment = start
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)


def to_run(item: Mapping[str, Any]) -> sdk.PipelineRun:
    return sdk.PipelineRun(
        id=str(item["id"]),
        attempt=item.get("attempt", 1),
        repo=item.get("repo", "acme/checkout"),
        pipeline=item.get("pipeline", "ci"),
        title=item.get("title", ""),
        status=item.get("status", "success"),
        created_at=item.get("created_at", "2025-03-01T10:00:00Z"),
        finished_at=item.get("finished_at"),
        updated_at=item.get("updated_at", "2025-03-01T10:05:00Z"),
    )


def new_connector(
    scopes: Callable[[Any], Any] = lambda _: ("acme/checkout",), *, overlap: timedelta = timedelta(0)
) -> sdk.Connector:
    """Return a connector named demo: one collector of runs, one signed receiver of runs."""
    connector = sdk.Connector("opssight_demo")

    @connector.collector(every=timedelta(minutes=5), scopes=scopes, overlap=overlap)
    async def runs(ctx: sdk.Context[sdk.ConnectorSettings]) -> sdk.Pages:
        """Read runs."""
        async for page in ctx.pages("/runs", scope=ctx.scope, since=ctx.since):
            yield [to_run(item) for item in page]

    @connector.receiver(
        verify=sdk.hmac_sha256("X-Hub-Signature-256", "sha256="), id_header="X-Delivery", kind_header="X-Event"
    )
    def hook(delivery: sdk.Delivery) -> list[sdk.Row]:
        """Take runs."""
        event = delivery.json()
        return [to_run(event["run"])] if "run" in event else []

    return connector


def plugins_of(connector: sdk.Connector, *others: sdk.Connector, **settings: Any) -> Plugins:
    """Return plugins with these connectors configured."""
    plugins = Plugins.empty()
    given = {"token": SecretStr(TOKEN), "webhook_secret": SecretStr(SECRET)} | settings
    for each in (connector, *others):
        plugins.connectors[each.name] = each
        plugins.configured[each.name] = each.settings(**given)
    return plugins


@dataclass
class Bench:
    """One Ingest over a real store, with its clock and plugins."""

    store: Store
    plugins: Plugins
    clock: Clock = field(default_factory=QuickClock)
    options: IngestOptions = FAST
    transport: httpx.AsyncBaseTransport | None = None

    def __post_init__(self) -> None:
        self.ingest = Ingest(self.store, self.plugins, self.options, transport=self.transport, clock=self.clock)

    async def rows(self, table: str, columns: str = "*", where: str = "true") -> list[dict[str, Any]]:
        return await self.store.rows(f'SELECT {columns} FROM "{table}" WHERE {where} ORDER BY ALL')

    @property
    def client(self) -> httpx.AsyncClient:
        """A client as a collector has it."""
        return self.ingest._contexts.make("demo", "acme/checkout", "runs").http

    @property
    def slept(self) -> list[float]:
        """How long the clock was asked to wait, each time."""
        assert isinstance(self.clock, QuickClock)
        return self.clock.slept


class Seam:
    """A store that does something else at some call."""

    def __init__(self, store: Store, write: Any = None, rows: Any = None) -> None:
        self._store = store
        self.write = write or store.write
        self.rows = rows or store.rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
