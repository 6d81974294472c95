"""Readers: a few queries at once, each on a connection of its own, read-only, and stopped when its time is over."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import anyio
import duckdb

from datasource_server.sdk.errors import Overloaded, TooSlow
from datasource_server.store.database import Database

GRACE_SECONDS = 2.0
INSIST_SECONDS = 0.05

T = TypeVar("T")
Work = Callable[[duckdb.DuckDBPyConnection], T]


class Readers:
    """Lends `slots` connections; `waiting` more callers may wait, first come, first served."""

    def __init__(self, database: Database, slots: int, waiting: int) -> None:
        self._database = database
        self._waiting = waiting
        self._limiter = anyio.CapacityLimiter(slots)
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="opssight-reader")

    @property
    def is_busy(self) -> bool:
        """Say whether somebody waits for a connection."""
        return self._limiter.statistics().tasks_waiting > 0

    def stop(self) -> None:
        """Let no more queries begin."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def run(self, work: Work[T], seconds: float) -> T:
        """Return what `work` reads; TooSlow after `seconds`, Overloaded where too many wait or the wait is as long.

        The query is interrupted when its time is over or when the asking task is cancelled. Its slot is free as soon
        as DuckDB has really stopped.
        """
        borrower = object()
        await self._acquire(borrower, seconds)
        loop = asyncio.get_running_loop()
        reading = _Reading(self._database, work)
        try:
            future = loop.run_in_executor(self._pool, reading)
        except BaseException:
            self._limiter.release_on_behalf_of(borrower)
            raise
        future.add_done_callback(lambda ended: self._release(borrower, ended))
        try:
            if not (await asyncio.wait({future}, timeout=seconds))[0]:
                _insist(loop, reading, future)
                await asyncio.wait({future}, timeout=GRACE_SECONDS)
                raise TooSlow(f"the query took longer than {seconds:g} s")
            return future.result()
        except asyncio.CancelledError:
            _insist(loop, reading, future)
            raise

    async def _acquire(self, borrower: object, seconds: float) -> None:
        if self._limiter.statistics().tasks_waiting >= self._waiting:
            raise Overloaded(f"{self._waiting} queries wait already")
        try:
            with anyio.fail_after(seconds):
                await self._limiter.acquire_on_behalf_of(borrower)
        except TimeoutError:
            raise Overloaded(f"no query ended within {seconds:g} s") from None

    def _release(self, borrower: object, ended: asyncio.Future[T]) -> None:
        self._limiter.release_on_behalf_of(borrower)
        if not ended.cancelled():
            ended.exception()  # looked at, so that nobody complains when the caller has gone


class _Reading(Generic[T]):
    """One query on its way through a thread."""

    def __init__(self, database: Database, work: Work[T]) -> None:
        self._database = database
        self._work = work
        self._lock = threading.Lock()
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._is_stopped = False

    def __call__(self) -> T:
        with self._database.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            with self._lock:
                self._cursor = cursor
                if self._is_stopped:
                    raise duckdb.InterruptException("stopped before it began")
            try:
                return self._work(cursor)
            finally:
                with self._lock:
                    self._cursor = None

    def interrupt(self) -> None:
        """Stop the query, now or before it begins."""
        with self._lock:
            self._is_stopped = True
            if self._cursor is not None:
                self._cursor.interrupt()


def _insist(loop: asyncio.AbstractEventLoop, reading: _Reading[T], future: asyncio.Future[T]) -> None:
    """Interrupt until the query has ended: an interrupt between two statements is lost."""
    if not future.done() and not loop.is_closed():
        reading.interrupt()
        loop.call_later(INSIST_SECONDS, _insist, loop, reading, future)
