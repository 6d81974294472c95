"""Loads the company through the store's own door, and derives everything from it."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.set_m.company import rows_of
from bench.set_m.organisation import places
from datasource_server import sdk
from datasource_server.app import open_store
from datasource_server.ingest import Ingest
from datasource_server.plugins import Plugins
from datasource_server.settings import Settings

IN_FLIGHT = 3


def settings_of(folder: Path) -> Settings:
    """Return the settings of a server over this folder."""
    return Settings.model_validate({"data_dir": folder, "github": {"base_url": "http://127.0.0.1:9"}})


async def load(folder: Path, share: float) -> dict[str, float]:
    """Write every row; return rows, seconds and the process's largest resident memory in MB."""
    settings = settings_of(folder)
    store = open_store(settings, Plugins.load(settings))
    store.open()
    began, count = time.perf_counter(), 0
    try:
        with _progress() as progress:
            task = progress.add_task("rows", total=None)
            pending: set[asyncio.Task[object]] = set()
            for page in _pages(share):
                if len(pending) >= IN_FLIGHT:
                    _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                pending.add(asyncio.create_task(_written(store.write(page))))
                count += len(page)
                progress.update(task, completed=count)
            await asyncio.gather(*pending)
    finally:
        store.close()
    return {"rows": count, "seconds": time.perf_counter() - began, "memory_mb": _memory_mb()}


async def derive(folder: Path) -> dict[str, float]:
    """Run every derivation over everything; return the seconds of each, and of all with the memory."""
    settings = settings_of(folder)
    plugins = Plugins.load(settings)
    store = open_store(settings, plugins)
    store.open()
    found: dict[str, float] = {}
    try:
        ingest = Ingest(store, plugins)
        for name in plugins.configured:
            if plugins.connectors[name].derivations:
                began = time.perf_counter()
                rows = await ingest.derive(name)
                found[f"{name}: {rows:,} rows"] = time.perf_counter() - began
    finally:
        store.close()
    return found | {"all": sum(found.values()), "memory_mb": _memory_mb()}


def _pages(share: float) -> Iterator[list[sdk.Row]]:
    for place in places(share):
        yield from (page for page in rows_of(place) if page)


async def _written(writing: object) -> object:
    return await writing  # type: ignore[misc]


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
