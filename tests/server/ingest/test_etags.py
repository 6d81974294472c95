"""Answers that need not be sent again."""

from __future__ import annotations

import os

from pydantic import SecretStr

from datasource_server.ingest.etags import ETags, Key
from tests.server.ingest.conftest import Make
from tests.server.ingest.tool import Asked, Reply, running
from tests.server.ingest.workbench import TOKEN


class Counting:
    """A tool with a budget, which a 304 does not touch; its ETag belongs to the token."""

    def __init__(self) -> None:
        self.left = 5000
        self.statuses: list[int] = []
        self.tokens: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        token = asked.headers["authorization"]
        self.tokens.append(token)
        etag = f'"{token[-4:]}"'
        status = 304 if asked.headers.get("if-none-match") == etag else 200
        self.statuses.append(status)
        self.left -= status == 200
        headers = {"ETag": etag, "X-RateLimit-Remaining": str(self.left), "X-RateLimit-Limit": "5000"}
        return Reply(status, b'[{"id": 1}]', headers | {"X-RateLimit-Reset": "3000"})


async def test_an_unchanged_answer_spends_nothing_and_clears_nothing(make: Make) -> None:
    """check 62"""
    upstream = Counting()
    async with running(upstream) as tool:
        bench = make(tool.url)
        client = bench.client
        first = await client.get("/runs")
        second = await client.get("/runs")
    assert upstream.statuses == [200, 304]
    assert upstream.left == 4999
    assert bench.ingest.status["budgets"]["demo"]["left"] == 4999
    assert (second.status_code, second.json()) == (200, first.json())
    assert [each.extensions["from_cache"] for each in (first, second)] == [False, True]


async def test_rows_stay_when_the_tool_says_that_nothing_changed(make: Make) -> None:
    """check 62"""
    upstream = Counting()
    async with running(upstream) as tool:
        bench = make(tool.url, settings={"token": SecretStr(TOKEN)})
        for _ in range(3):
            [run] = await bench.ingest.collect(since=bench.clock.now())
            assert (run.error, run.rows, run.budget_left) == ("", 1, 4999)
        assert [each["id"] for each in await bench.rows("pipeline_run")] == ["1"]
    assert upstream.statuses == [200, 304, 304]


async def test_another_token_never_gets_what_the_first_was_told(make: Make) -> None:
    """check 62"""
    upstream = Counting()
    async with running(upstream) as tool:
        bench = make(tool.url)
        await bench.client.get("/runs")
        assert len(bench.ingest.wires.etags) == 1
        settings = bench.plugins.configured["demo"]
        bench.plugins.configured["demo"] = settings.model_copy(update={"token": SecretStr("tok_rotated_9999")})
        response = await bench.client.get("/runs")
    assert upstream.statuses == [200, 200]
    assert response.extensions["from_cache"] is False
    assert len(bench.ingest.wires.etags) == 1


async def test_parts_of_an_answer_are_not_kept(make: Make) -> None:
    upstream = Counting()
    async with running(upstream) as tool:
        bench = make(tool.url)
        await bench.client.get("/log", headers={"Range": "bytes=-10"})
        await bench.client.get("/log")
    assert upstream.statuses == [200, 200]
    assert len(bench.ingest.wires.etags) == 1


def test_what_was_not_used_for_longest_goes_first() -> None:
    etags = ETags(limit_bytes=5_000)
    keys = [Key("me", f"/{number}", "") for number in range(12)]
    for key in keys:
        etags.keep(key, '"a"', [], b"body")
        etags.find(keys[0])
    assert etags.size <= 5_000
    assert etags.find(keys[0]) is not None
    assert etags.find(keys[1]) is None
    assert etags.find(keys[-1]) is not None


def test_one_huge_answer_does_not_push_out_all_others() -> None:
    etags = ETags(limit_bytes=100_000)
    etags.keep(Key("me", "/small", ""), '"a"', [], b"body")
    etags.keep(Key("me", "/huge", ""), '"b"', [], os.urandom(90_000))
    assert etags.find(Key("me", "/small", "")) is not None
    assert etags.find(Key("me", "/huge", "")) is None
