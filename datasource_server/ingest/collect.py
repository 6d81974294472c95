"""Collect: one pass of one collector, scope by scope; what one scope breaks off does not touch the others."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from datasource_server.ingest.contexts import Contexts, line_of
from datasource_server.ingest.journal import Journal, State
from datasource_server.ingest.rest import Place, Rest, is_garbage, pause_after
from datasource_server.ingest.writing import Change, Writing
from datasource_server.sdk import Collector, Context, Gap, Overloaded, Replacement
from datasource_server.sdk.journal import CollectorRun, Cursor

log = logging.getLogger(__name__)

UNREADABLE = "an answer could not be read"
_TRIES = 30
_REPO = re.compile(r"[^/\s]+(/[^/\s]+)+")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass is: the scope that ended last, its rows, and how many of the scopes are done."""

    connector: str
    collector: str
    scope: str
    rows: int
    error: str
    done: int
    scopes: int


Report = Callable[[Progress], None]


@dataclass(slots=True)
class _Pass:
    """One pass over one scope, and what it has done so far."""

    collector: Collector
    context: Context[Any]
    state: State
    rows: int = 0

    @property
    def place(self) -> Place:
        return self.context.connector, self.collector.name, self.context.scope


class Collecting:
    """Runs passes, scope by scope and several at a time; one scope is never read twice at once."""

    def __init__(self, contexts: Contexts, writing: Writing, journal: Journal) -> None:
        self._contexts = contexts
        self._writing = writing
        self._journal = journal
        self._options = contexts.wires.options
        self._clock = contexts.wires.clock
        self._locks: dict[Place, asyncio.Lock] = {}
        self.rest = Rest(self._options.longest_pause_seconds)

    async def run(
        self,
        connector: str,
        collector: Collector,
        *,
        since: datetime | None = None,
        report: Report | None = None,
        is_due_only: bool = False,
    ) -> list[CollectorRun]:
        """Run one pass now; with `is_due_only`, scopes that back off are left out."""
        states = await self._journal.states(connector, collector.name)
        try:
            scopes = await self._scopes(connector, collector)
        except Exception as problem:  # noqa: BLE001  the border: whatever a connector's scopes() raises; it is logged
            return [await self._fail(self._begin(connector, collector, "", states), problem)]
        due = [each for each in scopes if not (is_due_only and self._is_resting(connector, collector, each))]
        places = asyncio.Semaphore(self._options.scopes_at_once)
        runs: list[CollectorRun] = []

        async def one(scope: str) -> None:
            async with places, self._locks.setdefault((connector, collector.name, scope), asyncio.Lock()):
                run = await self._read(self._begin(connector, collector, scope, states, since))
            runs.append(run)
            if report is not None:
                report(Progress(connector, collector.name, scope, run.rows, run.error, len(runs), len(due)))

        async with asyncio.TaskGroup() as group:
            for scope in due:
                group.create_task(one(scope))
        return runs

    async def _scopes(self, connector: str, collector: Collector) -> list[str]:
        if inspect.iscoroutinefunction(collector.scopes):
            found = await collector.scopes(self._contexts.make(connector, "", collector.name))
        else:
            found = collector.scopes(self._contexts.plugins.configured[connector])
        self.rest.end((connector, collector.name, ""))
        return list(dict.fromkeys(found))

    def _is_resting(self, connector: str, collector: Collector, scope: str) -> bool:
        return self.rest.is_resting((connector, collector.name, scope), self._clock.now())

    def _begin(
        self,
        connector: str,
        collector: Collector,
        scope: str,
        states: dict[str, State],
        since: datetime | None = None,
    ) -> _Pass:
        now, state = self._clock.now(), states.get(scope, State())
        begin = since or min(state.until or now - collector.first, now) - collector.overlap
        return _Pass(collector, self._contexts.make(connector, scope, collector.name, begin), state)

    async def _read(self, each: _Pass) -> CollectorRun:
        try:
            async with aclosing(_pages(each)) as pages:
                async for page in pages:
                    await self._write(each.context.connector, page)
                    each.rows += len(page.rows if isinstance(page, Replacement) else page)
            run = self._run(each, succeeded_at=self._clock.now())
            await self._finish(each, run)
        except Exception as problem:  # noqa: BLE001  the border: whatever a collector or its tool does; it is logged
            return await self._fail(each, problem)
        self.rest.end(each.place)
        return run

    async def _write(self, connector: str, change: Change) -> None:
        """Write a page; while the store is full, wait for it: a collector can."""
        for _ in range(_TRIES):
            try:
                await self._writing.write(connector, change)
            except Overloaded as full:
                await self._clock.sleep(full.retry_after_seconds)
            else:
                return
        raise Overloaded("the store has been full for too long")

    async def _finish(self, each: _Pass, run: CollectorRun) -> None:
        """Move the cursor; not beyond the tool's own clock, or what it stamps meanwhile would be missed."""
        context = each.context
        until = context.now - max(line_of(context).behind, timedelta(0))
        changes: list[Change] = [[Cursor(collector=each.collector.name, scope=context.scope, until=until), run]]
        if each.state.failures:
            where = {"collector": each.collector.name, "scope": context.scope, "reason": UNREADABLE}
            changes.append(Replacement(Gap, [], where))
        await self._writing.write(context.connector, *changes)

    async def _fail(self, each: _Pass, problem: Exception) -> CollectorRun:
        failures = each.state.failures + 1
        pause = pause_after(each.collector.every, failures)
        reason = self.rest.fail(each.place, problem, pause, self._clock.now())
        run = self._run(each, error=reason, failures=failures)
        gaps = []
        if is_garbage(problem):
            # a kept answer that can't be read would be read again for as long as the tool says that it stands
            self._contexts.wires.etags.forget(line_of(each.context).credential)
            gaps = [each.context.gap(UNREADABLE, each.context.since, each.context.now)]
        try:
            await self._writing.write(each.context.connector, [run, *gaps])
        except Exception:  # the store itself is ill; the pass is made again in any case
            log.exception("a failed pass could not be noted", extra={"connector": each.context.connector})
        return run

    def _run(self, each: _Pass, **columns: Any) -> CollectorRun:  # noqa: ANN401  columns of several types
        context, line = each.context, line_of(each.context)
        share = self._contexts.wires.budget(context.connector, line.credential).main
        known = {
            "source": context.connector,
            "collector": each.collector.name,
            "scope": context.scope,
            "repo": context.scope if _REPO.fullmatch(context.scope) else "",
            "every_seconds": each.collector.every.total_seconds(),
            "started_at": context.now,
            "finished_at": self._clock.now(),
            "rows": each.rows,
            "requests": line.requests,
            "budget_left": share.left if share else None,
            "budget_resets_at": share.resets_at if share else None,
            "error": "",
            "failures": 0,
        }
        return CollectorRun(**(known | columns))


async def _pages(each: _Pass) -> AsyncGenerator[Change, None]:
    async for page in each.collector.collect(each.context):
        yield page
