"""Derive: runs derivations after the commits that touched what they read, outside the writer's thread."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field

from datasource_server.ingest.derived import Memory, rules_of
from datasource_server.ingest.making import Making, Pair
from datasource_server.ingest.writing import Writing
from datasource_server.plugins import Plugins
from datasource_server.sdk import Derivation
from datasource_server.store import Commit, Store

log = logging.getLogger(__name__)

_RETRY_SECONDS = 60
_REST = 4
_LONGEST_REST = 30.0
_LAST_SECONDS = 5.0
_BURST_ROWS = 40
_LOOK_SECONDS = 0.25
_LONGEST_BURST = 15.0


@dataclass(slots=True)
class Task:
    """One connector's derivation, and what is to be made again: pairs of source and value, or everything."""

    connector: str
    derivation: Derivation
    pairs: set[Pair] = field(default_factory=set)
    is_whole: bool = False

    @property
    def is_due(self) -> bool:
        return self.is_whole or bool(self.pairs)


class Deriving:
    """Collects what commits touched, and derives it a moment later, one derivation at a time."""

    def __init__(self, store: Store, writing: Writing, plugins: Plugins, seconds: float) -> None:
        self._making = Making(store, writing, plugins)
        self._seconds = seconds
        self._plugins = plugins
        self._memory = Memory(store)
        self._is_recalled = False
        self._rules: dict[str, str] = {}
        self._rows = 0
        found = (
            Task(name, each) for name in plugins.configured for each in plugins.connectors[name].derivations.values()
        )
        self._tasks = [task for task in found if not _is_loop(task)]
        self._touched = asyncio.Event()
        self._lock = asyncio.Lock()
        self.failing: dict[tuple[str, str], str] = {}

    @property
    def is_due(self) -> bool:
        """Say whether something is to be derived that was not yet, or may be: at first nobody has looked."""
        return not self._is_recalled or any(task.is_due for task in self._tasks) or self._lock.locked()

    def touch(self, commit: Commit) -> None:
        """Note what a commit touched; to be called on the event loop."""
        self._rows += commit.rows
        for task in self._tasks:
            touched = [pair for table in task.derivation.of for pair in commit.touched.get(table.table, ())]
            if not touched:
                continue
            if task.derivation.by:
                task.pairs.update(touched)
            else:
                task.is_whole = True
            self._touched.set()

    async def run(self) -> None:
        """Derive for ever; at first what was not done when the server stopped, or has other rules now."""
        await self._recall()
        while True:
            await self._touched.wait()
            await asyncio.sleep(self._seconds)
            await self._calm()
            self._touched.clear()
            began = time.monotonic()
            for task in self._tasks:
                await self._guarded(task)
            # the way in comes first: deriving takes a fifth of the time at most
            await asyncio.sleep(min(_REST * (time.monotonic() - began), _LONGEST_REST))

    async def _calm(self) -> None:
        """Wait until the way in is quiet, though not for ever: what comes in a burst is derived once."""
        until = time.monotonic() + _LONGEST_BURST
        before = self._rows - _BURST_ROWS
        while self._rows - before >= _BURST_ROWS and time.monotonic() < until:
            before = self._rows
            await asyncio.sleep(_LOOK_SECONDS)

    async def _recall(self) -> None:
        known = await self._memory.known()
        names = {task.connector for task in self._tasks}
        self._rules = {name: rules_of(self._plugins.connectors[name], self._plugins.configured[name]) for name in names}
        for task in self._tasks:
            task.is_whole |= known.get((task.connector, task.derivation.name)) != self._rules[task.connector]
        self._is_recalled = True
        self._touched.set()

    async def remember(self) -> None:
        """Write down what is done; the last thing before the store is closed."""
        if not self._is_recalled:
            return
        try:
            await asyncio.wait_for(self.settle(), _LAST_SECONDS)
        except Exception:  # what could not be done now is done at the next start
            log.warning("not everything was derived before the stop", exc_info=True)
        done = [task for task in self._tasks if not task.is_due]
        await self._memory.note({(task.connector, task.derivation.name): self._rules[task.connector] for task in done})

    async def everything(self, connector: str = "") -> int:
        """Make everything again; return how many rows were derived."""
        total = 0
        for task in self._tasks:
            if connector in ("", task.connector):
                task.is_whole = True
                total += await self._derive(task)
        return total

    async def settle(self) -> None:
        """Derive what is due now."""
        while any(task.is_due for task in self._tasks):
            for task in self._tasks:
                await self._derive(task)

    async def _guarded(self, task: Task) -> None:
        key = (task.connector, task.derivation.name)
        try:
            await self._derive(task)
            self.failing.pop(key, None)
        except Exception as problem:  # the border: whatever a connector's derivation does
            log.exception("a derivation failed", extra={"connector": key[0], "derivation": key[1]})
            self.failing[key] = f"{type(problem).__name__}: {problem}"[:500]
            asyncio.get_running_loop().call_later(_RETRY_SECONDS, self._touched.set)

    async def _derive(self, task: Task) -> int:
        async with self._lock:
            if not task.is_due:
                return 0
            pairs, is_whole = task.pairs, task.is_whole
            task.pairs, task.is_whole = set(), False
            try:
                return await self._making.make(task.connector, task.derivation, pairs, is_whole=is_whole)
            except BaseException:
                task.pairs |= pairs
                task.is_whole |= is_whole
                raise


def _is_loop(task: Task) -> bool:
    """Say whether a derivation would start itself again and again; such a one is named in the log and left out."""
    derivation = task.derivation
    loop = {each.table for each in derivation.of} & {each.table for each in derivation.writes}
    if loop:
        facts = {"connector": task.connector, "derivation": derivation.name, "tables": sorted(loop)}
        log.error("a derivation reads what it writes, so it is not run", extra=facts)
    return bool(loop)
