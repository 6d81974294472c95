"""A store and the way in, with git's connector alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasource_server.ingest import Ingest
from datasource_server.plugins import Plugins
from datasource_server.sdk import DELIVERY, JOURNAL
from datasource_server.sdk.journal import CollectorRun
from datasource_server.settings import Settings
from datasource_server.store import Store
from opssight_git import connector

REPO = "acme/shop"


@dataclass(slots=True)
class House:
    """A running store and ingest, and the folder of all its data."""

    store: Store
    ingest: Ingest
    folder: Path

    @property
    def clone(self) -> Path:
        """Where the copy of the one repository lies."""
        return self.folder / "git" / "acme%2Fshop.git"

    async def collect(self) -> list[CollectorRun]:
        """One pass over everything, which must succeed."""
        runs = await self.try_to_collect()
        assert [run.error for run in runs] == [""] * len(runs)
        return runs

    async def try_to_collect(self) -> list[CollectorRun]:
        """One pass over everything."""
        return await self.ingest.collect("git", "")

    async def rows(self, sql: str, **params: object) -> list[dict[str, Any]]:
        """Rows of the store."""
        return await self.store.rows(sql, **params)

    async def column(self, sql: str, **params: object) -> list[Any]:
        """The first column of rows of the store."""
        return [next(iter(row.values())) for row in await self.rows(sql, **params)]


@asynccontextmanager
async def git_house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    """A house whose settings of git these are."""
    plugins = Plugins.empty()
    plugins.add("git", "opssight_git")
    plugins.configure(Settings(data_dir=folder, git=settings))  # type: ignore[call-arg]
    assert not plugins.problems
    store = Store(_made(folder) / "opssight.duckdb", [*DELIVERY, *JOURNAL, *connector.tables])
    store.open()
    ingest = Ingest(store, plugins)
    await ingest.start(is_collecting=False)
    try:
        yield House(store, ingest, folder)
    finally:
        await ingest.stop()
        store.close()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def at(folder: Path, **more: Any) -> dict[str, Any]:
    """Settings that reach a repository of this machine as if it were far away."""
    return {"repositories": [{"repo": REPO, "url": folder.absolute().as_uri(), **more}]}


def here(folder: Path, **more: Any) -> dict[str, Any]:
    """Settings that read a repository of this machine in place."""
    return {"repositories": [{"repo": REPO, "path": str(folder), **more}]}
