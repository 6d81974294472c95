"""Credentials go to the tool they belong to, and to nobody else."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from datasource_server import sdk
from datasource_server.sdk import UpstreamError
from tests.server.ingest.conftest import Make
from tests.server.ingest.tool import Reply, running
from tests.server.ingest.workbench import TOKEN, new_connector


async def test_the_token_goes_to_the_tool(make: Make) -> None:
    async with running(lambda _: Reply()) as tool:
        await make(tool.url).client.get("/runs")
    assert tool.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_redirect_to_another_host_is_followed_without_the_token(make: Make) -> None:
    async with running(lambda _: Reply(body=b"log line")) as blobs:
        there = Reply(302, b"", {"Location": f"{blobs.url}/blob?sig=1"})
        async with running(lambda _: there) as tool:
            headers = {"Authorization": "Bearer by-hand", "Cookie": "a=b"}
            response = await make(tool.url).client.get("/log", headers=headers)
    assert response.content == b"log line"
    assert "authorization" not in blobs.asked[0].headers
    assert "cookie" not in blobs.asked[0].headers
    assert TOKEN not in str(blobs.asked)


async def test_a_redirect_within_the_tool_keeps_the_token(make: Make) -> None:
    async with running(
        lambda asked: Reply() if asked.path == "/new" else Reply(301, b"", {"Location": "/new"})
    ) as tool:
        await make(tool.url).client.get("/old")
    assert [each.headers.get("authorization") for each in tool.asked] == [f"Bearer {TOKEN}"] * 2


async def test_an_address_of_another_host_gets_no_token(make: Make) -> None:
    async with running(lambda _: Reply()) as stranger, running(lambda _: Reply()) as tool:
        await make(tool.url).client.get(f"{stranger.url}/runs")
    assert "authorization" not in stranger.asked[0].headers


async def test_a_post_is_not_redirected(make: Make) -> None:
    async with running(lambda _: Reply(307, b"", {"Location": "/elsewhere"})) as tool:
        response = await make(tool.url).client.post("/rebuild", content=b"x")
    assert response.status_code == 307
    assert len(tool.asked) == 1


async def test_redirects_end(make: Make) -> None:
    async with running(lambda asked: Reply(302, b"", {"Location": asked.path + "x"})) as tool:
        with pytest.raises(UpstreamError, match="redirects"):
            await make(tool.url).client.get("/a")
    assert len(tool.asked) == 6


async def test_a_redirect_to_another_scheme_is_refused(make: Make) -> None:
    async with running(lambda _: Reply(302, b"", {"Location": "ftp://127.0.0.1/x"})) as tool:
        with pytest.raises(UpstreamError, match="redirects from http to ftp"):
            await make(tool.url).client.get("/a")


async def test_a_connector_can_prove_itself_in_its_own_way_for_each_scope(make: Make) -> None:
    async def authorize(_: sdk.ConnectorSettings, scope: str) -> Mapping[str, str]:
        return {"authorization": f"token for {scope}"}

    connector = sdk.Connector("opssight_demo", authorize=authorize)
    connector.collectors.update(new_connector(lambda _: ("acme/a", "acme/b")).collectors)
    async with running(lambda _: Reply()) as tool:
        await make(tool.url, connector).ingest.collect()
    assert sorted(each.headers["authorization"] for each in tool.asked) == ["token for acme/a", "token for acme/b"]


async def test_without_a_token_nothing_is_claimed(make: Make) -> None:
    async with running(lambda _: Reply()) as tool:
        bench = make(tool.url)
        bench.plugins.configured["demo"] = sdk.ConnectorSettings(base_url=tool.url)
        await bench.client.get("/runs")
    assert "authorization" not in tool.asked[0].headers
