"""What the sandbox's collectors give between two moments."""

import logging
from datetime import UTC, datetime

import httpx

from datasource_server import sdk
from opssight_sandbox import Settings, connector

NOW = datetime(2026, 11, 2, 11, 30, tzinfo=UTC)  # a Monday morning


async def no_rows(_sql: str, /, **_params: object) -> list[dict[str, object]]:
    return []


async def collected(since: datetime, now: datetime, name: str = "work", seed: int = 7) -> list[sdk.Row]:
    log = logging.getLogger("test")
    ctx = sdk.Context(Settings(seed=seed), "sandbox", "", since, now, httpx.AsyncClient(), no_rows, log, name)
    pages = [page async for page in connector.collectors[name].collect(ctx)]
    return [row for page in pages for row in (page.rows if isinstance(page, sdk.Replacement) else page)]
