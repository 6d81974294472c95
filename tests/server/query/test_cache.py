"""Answers are kept by bytes, and the same ask at the same time runs once."""

from __future__ import annotations

import asyncio
import time

import pytest

from datasource_server.query import Engine, Result
from datasource_server.query.cache import Cache
from datasource_server.sdk import Query, TooSlow

from .seeded import ALICE, BOB, ask

QUERY = Query("ci", "runs", "SELECT 1", "One.")


def answer(size: int = 100) -> Result:
    """Return an answer of so many bytes."""
    return Result(QUERY, (), (b"x" * size,), (), 1, (), None, 1)


class Runner:
    """Counts its runs; each takes until it is let go."""

    def __init__(self, size: int = 100) -> None:
        self.size = size
        self.begun = 0
        self.stopped = 0
        self.gate = asyncio.Event()

    async def __call__(self) -> Result:
        """Run once."""
        self.begun += 1
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        return answer(self.size)


async def test_the_same_ask_at_the_same_time_runs_once() -> None:
    cache, runner = Cache(), Runner()
    asks = [asyncio.create_task(cache.get("key", runner)) for _ in range(50)]
    await asyncio.sleep(0)
    runner.gate.set()

    answers = await asyncio.gather(*asks)

    assert runner.begun == 1
    assert len({id(each) for each in answers}) == 1


async def test_a_hundred_panels_that_ask_the_engine_the_same_run_once(engine: Engine) -> None:
    await engine.columns("ci/runs")

    answers = await asyncio.gather(
        *(engine.run("ci/runs", ask(), caller) for caller in (ALICE, BOB) for _ in range(50))
    )

    assert engine.cache.misses == 2
    assert {each.count for each in answers} == {2}


async def test_who_leaves_does_not_take_the_answer_from_the_others() -> None:
    cache, runner = Cache(), Runner()
    first, second = (asyncio.create_task(cache.get("key", runner)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    runner.gate.set()

    assert (await second).count == 1
    assert (runner.begun, runner.stopped) == (1, 0)
    assert first.cancelled()


async def test_a_run_that_nobody_waits_for_is_stopped_and_the_next_ask_runs_anew() -> None:
    cache, runner = Cache(), Runner()
    gone = [asyncio.create_task(cache.get("key", runner)) for _ in range(2)]
    await asyncio.sleep(0)
    for each in gone:
        each.cancel()
    await asyncio.gather(*gone, return_exceptions=True)
    next_ask = asyncio.create_task(cache.get("key", runner))
    await asyncio.sleep(0)
    runner.gate.set()

    assert (await next_ask).count == 1
    assert (runner.begun, runner.stopped) == (2, 1)


async def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    cache = Cache()
    runs: list[int] = []

    async def fail() -> Result:
        runs.append(1)
        await asyncio.sleep(0)
        raise TooSlow("stopped after 10 s")

    failures = await asyncio.gather(*(cache.get("key", fail) for _ in range(3)), return_exceptions=True)

    assert [type(each) for each in failures] == [TooSlow] * 3
    assert len(runs) == 1
    with pytest.raises(TooSlow):
        await cache.get("key", fail)
    assert len(runs) == 2


async def test_the_least_recently_asked_makes_room() -> None:
    cache = Cache(max_bytes=10_000)

    async def run() -> Result:
        return answer(1_500)

    for key in "abcd":
        await cache.get(key, run)
    await cache.get("a", run)
    await cache.get("e", run)
    misses = cache.misses
    await cache.get("a", run)
    assert cache.misses == misses
    await cache.get("b", run)

    assert cache.misses == misses + 1
    assert cache.size_bytes <= 10_000


async def test_an_answer_too_large_to_keep_is_given_all_the_same() -> None:
    cache = Cache(max_bytes=1_000)

    async def run() -> Result:
        return answer(5_000)

    assert (await cache.get("key", run)).count == 1
    assert cache.size_bytes == 0


async def test_an_answer_is_not_kept_for_longer_than_a_minute() -> None:
    now = [0.0]
    cache = Cache(clock=lambda: now[0])

    async def run() -> Result:
        return answer()

    await cache.get("key", run)
    now[0] = 59
    await cache.get("key", run)
    assert (cache.hits, cache.misses) == (1, 1)
    now[0] = 60
    await cache.get("key", run)

    assert (cache.hits, cache.misses) == (1, 2)
    assert cache.size_bytes == answer().size_bytes()


async def test_an_answer_from_the_cache_takes_less_than_three_milliseconds(engine: Engine) -> None:
    await engine.run("ci/runs", ask(), ALICE)
    taken = []
    for _ in range(200):
        began = time.perf_counter()
        await engine.run("ci/runs", ask(), ALICE)
        taken.append(time.perf_counter() - began)

    assert sorted(taken)[100] < 0.003
    assert engine.cache.hits == 200


async def test_while_the_store_is_busy_an_answer_of_some_seconds_ago_is_taken() -> None:
    now = [0.0]
    cache = Cache(clock=lambda: now[0])
    runner = Runner()
    runner.gate.set()
    first = await cache.get(("ask", 1), runner)

    assert await cache.get(("ask", 2), runner, is_busy=True) is first
    assert await cache.get(("another ask", 2), runner, is_busy=True) is not first
    now[0] = 6.0
    assert await cache.get(("ask", 3), runner, is_busy=True) is not first
    assert await cache.get(("ask", 4), runner) is not first


async def test_what_is_dropped_is_not_taken_for_a_recent_answer() -> None:
    cache = Cache(max_bytes=1_000)
    runner = Runner(size=200)
    runner.gate.set()
    for number in range(10):
        await cache.get(("ask", number, 1), runner)

    before = runner.begun
    await cache.get(("ask", 0, 2), runner, is_busy=True)

    assert runner.begun == before + 1
