"""How the transport waits for a tool that is ill or wants less."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from datasource_server.ingest import Clock
from datasource_server.ingest.patience import ComeBackLater
from datasource_server.sdk import UpstreamError
from tests.server.ingest.conftest import Make
from tests.server.ingest.tool import Asked, Reply, running
from tests.server.ingest.workbench import QuickClock

OK = Reply(200, b'[{"id": 1}]')


def first(*replies: Reply) -> Callable[[Asked], Reply]:
    """Answer with these replies one after the other, then well."""
    waiting = list(replies)
    return lambda _: waiting.pop(0) if waiting else OK


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_an_ill_tool_is_asked_again_after_growing_waits(make: Make, status: int) -> None:
    """check 58"""
    async with running(first(Reply(status), Reply(status), Reply(status))) as tool:
        bench = make(tool.url)
        response = await bench.client.get("/runs")
    assert response.json() == [{"id": 1}]
    shortest, middle, longest = bench.slept
    assert 0.3 < shortest < middle < longest < 4


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_retry_after_is_obeyed_as_seconds_and_as_date(make: Make, status: int, form: str) -> None:
    """check 58"""
    clock = QuickClock()
    value = "7" if form == "seconds" else format_datetime(clock.now() + timedelta(seconds=7), usegmt=True)
    async with running(first(Reply(status, headers={"Retry-After": value}))) as tool:
        bench = make(tool.url, clock=clock)
        response = await bench.client.get("/runs")
    assert response.status_code == 200
    assert clock.slept == [7]


async def test_a_limit_without_a_time_is_waited_for_a_minute(make: Make) -> None:
    """check 58"""
    async with running(first(Reply(429))) as tool:
        bench = make(tool.url)
        response = await bench.client.get("/runs")
    assert response.status_code == 200
    assert bench.slept == [60]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(403, b'{"message": "You have exceeded a secondary rate limit"}'),
        Reply(403, b"{}", {"Retry-After": "60"}),
        Reply(403, b"{}", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60"}),
    ],
)
async def test_a_secondary_limit_is_told_from_a_refusal(make: Make, reply: Reply) -> None:
    """check 58"""
    async with running(first(reply)) as tool:
        bench = make(tool.url)
        response = await bench.client.get("/runs")
    assert response.status_code == 200
    assert bench.slept == [60]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_refusal_is_not_asked_again(make: Make, status: int) -> None:
    """check 58"""
    async with running(lambda _: Reply(status, b"{}")) as tool:
        bench = make(tool.url)
        runs = await bench.ingest.collect()
        await bench.ingest.collect()
    assert len(tool.asked) == 2
    assert str(status) in runs[0].error
    assert "demo/runs/acme/checkout" in bench.ingest.status["degraded"]


async def test_a_long_limit_silences_the_credential_without_a_request(make: Make) -> None:
    """check 58"""
    async with running(lambda _: Reply(429, headers={"Retry-After": "600"})) as tool:
        bench = make(tool.url)
        client = bench.client
        with pytest.raises(ComeBackLater) as caught:
            await client.get("/runs")
        with pytest.raises(ComeBackLater):
            await client.get("/others")
    assert len(tool.asked) == 1
    assert caught.value.upstream_status == 429
    assert caught.value.until == bench.clock.now() + timedelta(seconds=600)


async def test_limits_in_a_row_double_the_silence(make: Make) -> None:
    """check 58"""
    async with running(lambda _: Reply(429)) as tool:
        bench = make(tool.url)
        untils = []
        for _ in range(2):
            with pytest.raises(ComeBackLater) as caught:
                await bench.client.get("/runs")
            untils.append((caught.value.until - bench.clock.now()).total_seconds())
            bench.clock.moment = caught.value.until  # type: ignore[attr-defined]
    assert untils == [120, 240]
    assert len(tool.asked) == 3


async def test_attempts_end(make: Make) -> None:
    """check 58"""
    async with running(lambda _: Reply(502)) as tool:
        bench = make(tool.url)
        with pytest.raises(UpstreamError, match="6 times") as caught:
            await bench.client.get("/runs")
    assert caught.value.upstream_status == 502
    assert len(tool.asked) == 6


async def test_a_post_that_may_have_acted_is_not_repeated(make: Make) -> None:
    async with running(lambda _: Reply(502)) as tool:
        bench = make(tool.url)
        response = await bench.client.post("/rebuild")
    assert response.status_code == 502
    assert len(tool.asked) == 1


async def test_a_post_marked_repeatable_is_repeated(make: Make) -> None:
    async with running(first(Reply(502))) as tool:
        bench = make(tool.url)
        response = await bench.client.post("/graphql", json={"a": 1}, extensions={"is_repeatable": True})
    assert response.status_code == 200
    assert [each.body for each in tool.asked] == [b'{"a":1}'] * 2


async def test_the_floor_of_the_budget_stops_collectors_but_not_people(make: Make) -> None:
    headers = {"X-RateLimit-Remaining": "40", "X-RateLimit-Limit": "5000", "X-RateLimit-Reset": "1800"}
    async with running(lambda _: Reply(headers=headers)) as tool:
        bench = make(tool.url)
        client = bench.client
        await client.get("/runs")
        with pytest.raises(ComeBackLater, match="40 requests are left"):
            await client.get("/runs")
        person = bench.ingest.context("demo", "acme/checkout", "rebuild")
        answer = await person.http.post("/rebuild")
    assert answer.status_code == 200
    assert bench.ingest.status["budgets"]["demo"]["left"] == 40


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_clock_that_is_off_makes_no_wait_negative_or_long(make: Make, minutes: int) -> None:
    """check 63"""
    clock = QuickClock()
    theirs = clock.now() + timedelta(minutes=minutes)
    headers = {
        "Date": format_datetime(theirs, usegmt=True),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(theirs.timestamp()) + 30),
    }
    date = {"Date": headers["Date"], "Retry-After": format_datetime(theirs + timedelta(seconds=20), usegmt=True)}
    async with running(first(Reply(403, b"{}", headers), Reply(429, b"{}", date))) as tool:
        bench = make(tool.url, clock=clock)
        response = await bench.client.get("/runs")
    assert response.status_code == 200
    assert clock.slept == [30, 20]


async def test_junk_in_limit_headers_is_no_crash(make: Make) -> None:
    junk = {"Retry-After": "soon", "X-RateLimit-Reset": "٣", "X-RateLimit-Remaining": "-1", "Date": "yesterday"}
    headers = {name: value.encode().decode("latin-1") for name, value in junk.items()}
    async with running(first(Reply(429, b"{}", headers))) as tool:
        bench = make(tool.url)
        response = await bench.client.get("/runs")
    assert response.status_code == 200
    assert bench.slept == [60]


async def test_no_more_than_so_many_requests_run_at_a_host(make: Make) -> None:
    running_now, most = 0, 0

    async def slowly(writer: asyncio.StreamWriter) -> None:
        nonlocal running_now, most
        running_now += 1
        most = max(most, running_now)
        await asyncio.sleep(0.02)
        running_now -= 1
        writer.write(b"[]")

    async with running(lambda _: Reply(chunks=slowly)) as tool:
        bench = make(tool.url, per_host=3)
        client = bench.client
        await asyncio.gather(*(client.get("/runs", params={"n": str(n)}) for n in range(12)))
    assert most == 3


def test_the_real_clock_tells_utc() -> None:
    assert abs(Clock().now().timestamp() - time.time()) < 5
    assert Clock().now().tzinfo is UTC
    assert isinstance(Clock().now(), datetime)
