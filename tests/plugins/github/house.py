"""A store and the way in, set before a fake GitHub; time passes as fast as anybody wants to wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from datasource_server.ingest import Ingest
from datasource_server.ingest.clock import Clock
from datasource_server.ingest.options import IngestOptions
from datasource_server.plugins import Plugins
from datasource_server.sdk import DELIVERY, JOURNAL
from datasource_server.sdk.journal import CollectorRun
from datasource_server.settings import Settings
from datasource_server.store import Store
from opssight_github import connector
from tests.fakes.github import FakeGitHub

SECRET = "a secret of the webhook"


class QuickClock(Clock):
    """A clock that jumps ahead whenever somebody would wait; `follow` hears of each jump."""

    def __init__(self, start: datetime | None = None, follow: Callable[[datetime], None] = lambda _now: None) -> None:
        """Begin at a moment, now unless given."""
        self._begun, self._start = time.monotonic(), start or datetime.now(UTC)
        self._skipped = timedelta(0)
        self._follow = follow
        self.waits = 0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._begun) + self._skipped

    async def sleep(self, seconds: float) -> None:
        """Jump: those who wait at the same time wait once."""
        until = self.now() + timedelta(seconds=seconds)
        self.waits += 1
        await asyncio.sleep(0)
        if (rest := until - self.now()) > timedelta(0):
            self.skip(rest)

    def skip(self, span: timedelta) -> None:
        """Jump ahead."""
        self._skipped += span
        self._follow(self.now())


def follow(fake: FakeGitHub) -> Callable[[datetime], None]:
    """Lets the fake's clocks follow ours: its server's, and its organisation's."""
    fake.world.follows = fake.clock

    def hear(now: datetime) -> None:
        fake.skew_seconds = now.timestamp() - time.time()

    return hear


@dataclass(slots=True)
class House:
    """A running store and ingest."""

    store: Store
    ingest: Ingest
    clock: QuickClock

    async def collect(self, collector: str = "", *, since: datetime | None = None) -> list[CollectorRun]:
        """One pass."""
        return await self.ingest.collect("github", collector, since=since)

    async def rows(self, sql: str, **params: object) -> list[dict[str, Any]]:
        """Rows of the store."""
        return await self.store.rows(sql, **params)


def github_plugins(folder: Path, **settings: object) -> Plugins:
    """The GitHub connector alone, configured."""
    plugins = Plugins.empty()
    plugins.add("github", "opssight_github")
    plugins.configure(Settings(data_dir=folder, github={"webhook_secret": SECRET, **settings}))  # type: ignore[call-arg]
    assert not plugins.problems
    return plugins


def fake_settings(fake: FakeGitHub, **settings: Any) -> dict[str, Any]:
    """Settings to read all of a fake: its organisation, and by name the archived repositories too."""
    archived = [each.full_name for each in fake.world.repositories.values() if each.is_archived]
    token = fake.issue_token(limit=10_000_000).text
    return {
        "base_url": fake.url,
        "token": token,
        "organizations": [fake.world.organisation.login],
        "repositories": archived,
        **settings,
    }


@asynccontextmanager
async def github_house(
    folder: Path,
    *,
    clock: QuickClock | None = None,
    options: IngestOptions | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    **settings: Any,
) -> AsyncIterator[House]:
    """A house with GitHub's connector, its store in the folder."""
    plugins, used = github_plugins(folder, **settings), clock or QuickClock()
    store = Store(folder / "opssight.duckdb", [*DELIVERY, *JOURNAL, *connector.tables])
    store.open()
    ingest = Ingest(store, plugins, options, clock=used, transport=transport)
    await ingest.start(is_collecting=False)
    try:
        yield House(store, ingest, used)
    finally:
        await ingest.stop()
        store.close()
