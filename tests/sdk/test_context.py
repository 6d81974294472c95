"""A context reads a tool's lists page by page and is not led astray."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from datasource_server import sdk

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BASE = "https://tool.example/api"


async def no_rows(_sql: str, /, **_params: object) -> list[dict[str, object]]:
    return []


def context(answer: httpx.MockTransport) -> sdk.Context[sdk.ConnectorSettings]:
    client = httpx.AsyncClient(base_url=BASE, transport=answer)
    since = NOW - timedelta(days=1)
    log = logging.getLogger("test")
    return sdk.Context(sdk.ConnectorSettings(), "tool", "acme/web", since, NOW, client, no_rows, log, "builds")


def linked(pages: dict[str, list[int]], following: dict[str, str]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        page = request.url.params.get("page", "1")
        link = {"link": f'<{following[page]}>; rel="next"'} if page in following else {}
        return httpx.Response(200, json=pages[page], headers=link)

    return httpx.MockTransport(answer)


async def read(ctx: sdk.Context[sdk.ConnectorSettings], **params: Any) -> list[object]:
    return [item async for page in ctx.pages("/builds", **params) for item in page]


async def test_pages_follow_the_next_link_and_keep_its_query() -> None:
    pages = {"1": [1, 2], "2": [3], "3": [4]}
    ctx = context(linked(pages, {"1": f"{BASE}/builds?page=2&per_page=2", "2": "/api/builds?page=3"}))
    assert await read(ctx, per_page=2) == [1, 2, 3, 4]


async def test_a_next_link_to_another_host_is_refused() -> None:
    ctx = context(linked({"1": [1]}, {"1": "https://evil.example/api/builds?page=2"}))
    with pytest.raises(sdk.UpstreamError, match=r"another host, evil\.example"):
        await read(ctx)


async def test_a_next_link_to_itself_is_refused() -> None:
    """check 60"""
    ctx = context(linked({"1": [1], "2": [2]}, {"1": f"{BASE}/builds?page=2", "2": f"{BASE}/builds?page=2"}))
    with pytest.raises(sdk.UpstreamError, match="read already"):
        await read(ctx)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"<html>sign in</html>", "else than JSON"), (b'[1, {"a":', "else than JSON"), (b"{}", "no list")],
)
async def test_garbage_with_status_200_is_an_upstream_error(content: bytes, message: str) -> None:
    """check 60"""
    ctx = context(httpx.MockTransport(lambda _request: httpx.Response(200, content=content)))
    with pytest.raises(sdk.UpstreamError, match=message):
        await read(ctx)


async def test_a_wrapped_list_is_read_and_its_envelope_kept() -> None:
    ctx = context(httpx.MockTransport(lambda _request: httpx.Response(200, json={"total_count": 9, "runs": [7]})))
    found = [(list(page), page.envelope["total_count"]) async for page in ctx.pages("/runs", items="runs")]
    assert found == [([7], 9)]


async def test_moments_booleans_and_missing_parameters_are_written_as_tools_read_them() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.query.decode())
        return httpx.Response(200, json=[])

    await read(context(httpx.MockTransport(answer)), since=NOW, all=True, branch=None)
    assert seen == ["since=2026-11-02T09%3A00%3A00Z&all=true"]


async def test_an_answer_that_failed_carries_its_status() -> None:
    ctx = context(httpx.MockTransport(lambda _request: httpx.Response(404)))
    with pytest.raises(sdk.UpstreamError) as failed:
        await ctx.get("/builds/1")
    assert failed.value.upstream_status == 404


def test_a_gap_names_its_collector_scope_and_stretch() -> None:
    gap = context(httpx.MockTransport(lambda _request: httpx.Response(200))).gap("1,000 results", NOW)
    assert (gap.collector, gap.scope, gap.reason, gap.first_at) == ("builds", "acme/web", "1,000 results", NOW)
