"""Serving: the application behind granian, in this process, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import orjson
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from datasource_server.sdk import ConfigError
from datasource_server.secrets import write_private
from datasource_server.settings import Settings

if TYPE_CHECKING:
    from datasource_server.app import Application

ADDRESS_FILE = "server.json"
MAX_HEADER_BYTES = 64 * 1024
STOP_SECONDS = 20
SWITCH_SECONDS = 0.0005

Started = Callable[[str], Coroutine[Any, Any, None]]
"""Is told the server's address once it answers; cancelled when the server stops."""


async def serve(app: Application, settings: Settings, started: Started | None = None) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered, then the store is closed."""
    require_free(settings.server.host, settings.server.port)
    # requests wait less for a thread that derives; at Python's own 5 ms they wait as long at each step
    sys.setswitchinterval(SWITCH_SECONDS)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopping.set)
    async with app.router.lifespan_context(app), listening(app, settings) as address, _noted(settings, address):
        task = asyncio.create_task(started(address)) if started else None
        await _until_either(stopping, task)


@contextlib.asynccontextmanager
async def listening(app: Application, settings: Settings) -> AsyncIterator[str]:
    """Listen while the block runs, and give the address; the application's lifespan is the caller's."""
    server = Server(
        app,
        address=settings.server.host,
        port=settings.server.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        http1_settings=HTTP1Settings(
            header_read_timeout=round(settings.server.header_seconds * 1000), max_buffer_size=MAX_HEADER_BYTES
        ),
        log_enabled=False,
    )
    task = asyncio.ensure_future(server.serve())
    try:
        address = address_of(settings)
        await _answers(address, task)
        yield address
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(task, STOP_SECONDS)


def address_of(settings: Settings) -> str:
    """Return the address at which this machine reaches the server."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.server.host, settings.server.host)  # noqa: S104
    return f"http://{host}:{settings.server.port}"


def require_free(host: str, port: int) -> None:
    """Raise ConfigError where another process listens already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise ConfigError(f"port {port} of {host} can't be used: {problem.strerror}; choose another") from None


@contextlib.asynccontextmanager
async def _noted(settings: Settings, address: str) -> AsyncIterator[None]:
    """Write down where the server listens, for the command line of the same user."""
    note = orjson.dumps({"address": address, "data_dir": str(settings.data_dir.absolute()), "pid": os.getpid()})
    places = [settings.data_dir / ADDRESS_FILE, last_started()]
    for place in places:
        with contextlib.suppress(OSError):
            await asyncio.to_thread(write_private, place, note)
    try:
        yield
    finally:
        for place in places:
            with contextlib.suppress(OSError):
                if place.read_bytes() == note:
                    place.unlink()


def last_started() -> Path:
    """Return the file that tells where the server is that this user started last."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "opssight" / ADDRESS_FILE


async def _until_either(stopping: asyncio.Event, task: asyncio.Task[None] | None) -> None:
    """Wait for the signal; a task that fails stops the server with its error, one that ends does not."""
    stop = asyncio.create_task(_wait(stopping))
    everything = {stop} if task is None else {stop, task}
    try:
        await asyncio.wait(everything, return_when=asyncio.FIRST_COMPLETED)
        if task is not None and task.done():
            task.result()
            await stop
    finally:
        for each in everything:
            each.cancel()
        await asyncio.gather(*everything, return_exceptions=True)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _answers(address: str, serving: asyncio.Future[None]) -> None:
    """Wait until the server answers."""
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        while not serving.done():
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get("/healthz")).is_success:
                    return
            await asyncio.sleep(0.02)
    serving.result()
    raise ConfigError(f"nothing listens at {address}")
