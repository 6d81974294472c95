"""A context whose GitLab is a function, for what no honest fake would do."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from datasource_server import sdk
from opssight_gitlab.scopes import Context
from opssight_gitlab.settings import Settings

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
Answer = Callable[[httpx.Request], httpx.Response]


@asynccontextmanager
async def asking(answer: Answer, stored: Sequence[Mapping[str, Any]] = (), **settings: Any) -> AsyncIterator[Context]:
    """A context of acme/web; `stored` is what the store answers whatever is asked of it."""

    async def read(_sql: str, **_parameters: object) -> list[dict[str, Any]]:
        return [dict(row) for row in stored]

    chosen = Settings.model_validate({"base_url": "https://gitlab.test/api/v4", **settings})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url=chosen.base_url) as http:
        log = logging.getLogger("opssight.gitlab")
        yield sdk.Context(chosen, "gitlab", "acme/web", NOW, NOW, http, read, log, part="a_test")


async def rows_of(pages: sdk.Pages) -> list[sdk.Row]:
    """All rows of a collector's pages; those of a replacement too."""
    return [row async for page in pages for row in (page.rows if isinstance(page, sdk.Replacement) else page)]
