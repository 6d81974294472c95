"""House: the rooms of the running server, as the routes reach them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from datasource_server.access import Access
from datasource_server.ingest import Ingest
from datasource_server.outbound import Actions
from datasource_server.plugins import Plugins
from datasource_server.query import Engine
from datasource_server.sdk import Overloaded
from datasource_server.settings import Settings
from datasource_server.store import Store


@dataclass(frozen=True, slots=True)
class House:
    """The store and the rooms around it."""

    settings: Settings
    plugins: Plugins
    store: Store
    engine: Engine
    access: Access
    ingest: Ingest
    actions: Actions


def house_of(request: Request) -> House:
    """Return the running server's rooms; Overloaded while it starts or stops."""
    found = getattr(request.app.state, "house", None)
    if found is None:
        raise Overloaded("the server is starting or stopping", retry_after_seconds=2)
    return cast(House, found)


async def rooms(request: Request) -> House:
    """Hand a route the rooms; a coroutine, since FastAPI sends a plain function through its pool of threads."""
    return house_of(request)


Rooms = Annotated[House, Depends(rooms)]


def headers_of(request: Request) -> list[tuple[str, str]]:
    """Return the request's header lines as they came, repeated ones too."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
