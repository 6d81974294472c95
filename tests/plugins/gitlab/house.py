"""A store and the way in, set before a fake GitLab; time passes as fast as anybody wants to wait."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from datasource_server.ingest import Ingest
from datasource_server.ingest.options import IngestOptions
from datasource_server.plugins import Plugins
from datasource_server.sdk import DELIVERY, JOURNAL
from datasource_server.sdk.journal import CollectorRun
from datasource_server.settings import Settings
from datasource_server.store import Store
from opssight_gitlab import connector
from tests.fakes.gitlab import FakeGitLab
from tests.plugins.github.house import QuickClock

SECRET = "a secret token of the webhook"


def follow(fake: FakeGitLab) -> Callable[[datetime], None]:
    """Lets the fake's clocks follow ours: its server's, and its organisation's."""
    fake.world.follows = fake.clock

    def hear(now: datetime) -> None:
        fake.skew_seconds = now.timestamp() - time.time()

    return hear


def quick_clock(hear: Callable[[datetime], None] = lambda _now: None) -> QuickClock:
    """A clock that jumps ahead whenever somebody would wait; `hear` follows it."""
    return QuickClock(follow=hear)


@dataclass(slots=True)
class House:
    """A running store and ingest."""

    store: Store
    ingest: Ingest
    clock: QuickClock

    async def collect(self, collector: str = "", *, since: datetime | None = None) -> list[CollectorRun]:
        """One pass."""
        return await self.ingest.collect("gitlab", collector, since=since)

    async def rows(self, sql: str, **params: object) -> list[dict[str, Any]]:
        """Rows of the store."""
        return await self.store.rows(sql, **params)


def gitlab_plugins(folder: Path, **settings: object) -> Plugins:
    """The GitLab connector alone, configured."""
    plugins = Plugins.empty()
    plugins.add("gitlab", "opssight_gitlab")
    plugins.configure(Settings(data_dir=folder, gitlab={"webhook_secret": SECRET, **settings}))  # type: ignore[call-arg]
    assert not plugins.problems
    return plugins


def fake_settings(fake: FakeGitLab, **settings: Any) -> dict[str, Any]:
    """Settings to read all of a fake: its group, and by name the archived projects too."""
    archived = [each.full_name for each in fake.world.repositories.values() if each.is_archived]
    return {
        "base_url": fake.url,
        "token": fake.issue_token(limit=10_000_000).text,
        "groups": [fake.world.organisation.login],
        "projects": archived,
        **settings,
    }


@asynccontextmanager
async def gitlab_house(
    folder: Path,
    *,
    clock: QuickClock | None = None,
    options: IngestOptions | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    **settings: Any,
) -> AsyncIterator[House]:
    """A house with GitLab's connector, its store in the folder."""
    plugins, used = gitlab_plugins(folder, **settings), clock or quick_clock()
    store = Store(folder / "opssight.duckdb", [*DELIVERY, *JOURNAL, *connector.tables])
    store.open()
    ingest = Ingest(store, plugins, options, clock=used, transport=transport)
    await ingest.start(is_collecting=False)
    try:
        yield House(store, ingest, used)
    finally:
        await ingest.stop()
        store.close()
