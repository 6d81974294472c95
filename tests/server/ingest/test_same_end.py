"""Whatever breaks in a pass, the next one ends as if nothing had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from datasource_server.ingest import Ingest
from datasource_server.store import Store
from tests.server.ingest.conftest import new_store
from tests.server.ingest.tool import paged, running
from tests.server.ingest.workbench import FAST, SCOPES, QuickClock, Seam, new_connector, plugins_of


class Fuse:
    """Fails the k-th time that it is passed."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0

    def burn(self, problem: Exception) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise problem


class FusedTransport(httpx.AsyncBaseTransport):
    def __init__(self, fuse: Fuse) -> None:
        self.fuse = fuse
        self.real = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.fuse.burn(httpx.ReadError("broken"))
        return await self.real.handle_async_request(request)

    async def aclose(self) -> None:
        await self.real.aclose()


def fused(store: Store, fuse: Fuse) -> Store:
    async def write(*changes: Any) -> Any:
        fuse.burn(RuntimeError("the store broke"))
        return await store.write(*changes)

    async def rows(sql: str, /, **params: object) -> Any:
        fuse.burn(RuntimeError("the store broke"))
        return await store.rows(sql, **params)

    return Seam(store, write, rows)  # type: ignore[return-value]


async def settled(folder: Path, url: str, http: Fuse, database: Fuse) -> Mapping[str, Any]:
    """Return the end state after a pass in which a fuse burns, and one more pass."""
    store = new_store(folder)
    store.open()
    plugins = plugins_of(new_connector(lambda _: SCOPES), base_url=url)
    options = replace(FAST, attempts=1, scopes_at_once=1)
    ingest = Ingest(fused(store, database), plugins, options, transport=FusedTransport(http), clock=QuickClock())
    for _ in range(2):
        try:
            await ingest.collect()
        except RuntimeError:  # a scheduled pass would log it and come again
            continue
    tables = {
        "pipeline_run": "*",
        "cursor": "collector, scope, until",
        "gap": "*",
        "collector_run": "scope, error, failures, succeeded_at",
    }
    state = {name: await store.rows(f"SELECT {columns} FROM {name} ORDER BY ALL") for name, columns in tables.items()}
    await ingest.stop()
    store.close()
    return state


@pytest.mark.slow
async def test_whichever_call_fails_the_next_pass_ends_the_same(tmp_path: Path) -> None:
    """check 57"""
    async with running(paged) as tool:
        http, database = Fuse(0), Fuse(0)
        wanted = await settled(tmp_path / "undisturbed", tool.url, http, database)
        assert len(wanted["pipeline_run"]) == 12
        assert all(run["error"] == "" for run in wanted["collector_run"])
        for k in range(1, http.passed // 2 + 1):
            fuse = Fuse(k)
            assert await settled(tmp_path / f"http{k}", tool.url, fuse, Fuse(0)) == wanted
            assert fuse.passed >= k
        for k in range(1, database.passed // 2 + 2):
            fuse = Fuse(k)
            assert await settled(tmp_path / f"store{k}", tool.url, Fuse(0), fuse) == wanted
            assert fuse.passed >= k
