"""The application: builds the house, opens it, and puts the routes in front."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI

from datasource_server.access import Access, GrafanaTrust, Identity, Teams
from datasource_server.access import Tokens as Doors
from datasource_server.ingest import Ingest, IngestOptions
from datasource_server.outbound import Actions, Outbox
from datasource_server.plugins import Plugins
from datasource_server.query import Engine
from datasource_server.routes import actions, admin, alerts, health, hooks, infinity, json
from datasource_server.routes.failures import handle_failures
from datasource_server.routes.guard import Guard
from datasource_server.routes.house import House
from datasource_server.routes.measures import Measures
from datasource_server.routes.observed import Observed
from datasource_server.sdk import DELIVERY, JOURNAL
from datasource_server.settings import Settings
from datasource_server.store import Store, StoreOptions
from datasource_server.version import VERSION

ROUTERS = (hooks.router, json.router, infinity.router, alerts.router, actions.router, admin.router, health.router)
"""The busiest first: they are looked through in this order."""
STORE = "opssight.duckdb"
Application = FastAPI
"""What `create_app` returns, for those who need not know more of it."""


def create_app(
    settings: Settings, *, plugins: Plugins | None = None, transport: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """Return the application; its lifespan opens the store and starts collecting.

    `transport` is the way to the tools and to Grafana, for tests.
    """
    found = plugins or Plugins.load(settings)
    app = FastAPI(
        title="OpsSight",
        version=VERSION,
        summary="Is delivery healthy, what changed, why did it break: the server behind Grafana.",
        lifespan=_lifespan(settings, found, transport),
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.state.measures = Measures()
    app.add_middleware(Guard, limit_of=_limit_of(settings, found), seconds=settings.server.body_seconds)
    app.add_middleware(Observed, count=app.state.measures.count)
    handle_failures(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _lifespan(
    settings: Settings, plugins: Plugins, transport: httpx.AsyncBaseTransport | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.house = await _open(settings, plugins, transport, stack)
            try:
                yield
            finally:
                app.state.house = None

    return lifespan


async def _open(
    settings: Settings, plugins: Plugins, transport: httpx.AsyncBaseTransport | None, stack: AsyncExitStack
) -> House:
    store = open_store(settings, plugins)
    await asyncio.to_thread(store.open)
    stack.push_async_callback(asyncio.to_thread, store.close)
    engine = Engine(store, plugins.connectors)
    await engine.check()
    access = _access(store, settings, plugins, transport)
    options = IngestOptions(max_body_bytes=settings.server.max_body_bytes)
    ingest = Ingest(store, plugins, options, transport=transport)
    outbox = Outbox(store, plugins, ingest)
    for each in (ingest, outbox):
        await each.start()
        stack.push_async_callback(each.stop)
    return House(settings, plugins, store, engine, access, ingest, Actions(store, plugins, ingest, access))


def open_store(settings: Settings, plugins: Plugins) -> Store:
    """Return the store of these settings, with the tables of all connectors, not opened yet."""
    limits = settings.limits
    tables = [*DELIVERY, *JOURNAL, *(table for each in plugins.connectors.values() for table in each.tables)]
    migrations = {name: each.more.migrations for name, each in plugins.connectors.items() if each.more.migrations}
    options = StoreOptions(
        readers=limits.readers,
        waiting=limits.waiting,
        query_seconds=limits.query_seconds,
        queue_rows=limits.queue_rows,
    )
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Store(settings.data_dir / STORE, tables, migrations=migrations, options=options)


def _access(store: Store, settings: Settings, plugins: Plugins, transport: httpx.AsyncBaseTransport | None) -> Access:
    tokens, grafana = settings.tokens, settings.grafana
    doors = Doors(tokens.datasource, tokens.infinity, tokens.alerts, tokens.actions, tokens.admin)
    trust = GrafanaTrust(grafana.issuer, grafana.keys_url, grafana.org_id)
    teams = Teams(store, managers_see_others=settings.people.managers_see_others)
    return Access(store, doors, Identity(trust, transport), plugins.hooks, teams=teams)


def _limit_of(settings: Settings, plugins: Plugins) -> Callable[[str], int]:
    """Return how large a body each path takes: a receiver's own limit, where it is the smaller one."""
    limits = {
        f"/hooks/{name}/{receiver.name}": receiver.max_bytes
        for name, connector in plugins.connectors.items()
        for receiver in connector.receivers.values()
    }
    most = settings.server.max_body_bytes
    return lambda path: min(most, limits.get(path, most))
