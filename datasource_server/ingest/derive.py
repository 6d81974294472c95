"""Derive: runs derivations after the commits that touched what they read, outside the writer's thread."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from datasource_server.ingest.writing import Change, Writing
from datasource_server.plugins import Plugins
from datasource_server.sdk import Derivation, Derive, PluginError, Replacement, Row
from datasource_server.store import Commit, Store

log = logging.getLogger(__name__)

Pair = tuple[str, str]
_PAIRS_AT_ONCE = 50
_RETRY_SECONDS = 60
_REST = 4
_LONGEST_REST = 30.0


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
        self._store = store
        self._writing = writing
        self._seconds = seconds
        self._settings = plugins.configured
        found = (
            Task(name, each) for name in plugins.configured for each in plugins.connectors[name].derivations.values()
        )
        self._tasks = [task for task in found if not _is_loop(task)]
        self._touched = asyncio.Event()
        self._lock = asyncio.Lock()
        self.failing: dict[tuple[str, str], str] = {}

    @property
    def is_due(self) -> bool:
        """Say whether something is to be derived that was not yet."""
        return any(task.is_due for task in self._tasks) or self._lock.locked()

    def touch(self, commit: Commit) -> None:
        """Note what a commit touched; to be called on the event loop."""
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
        """Derive for ever; everything at first, since the last commits before a crash may not have been derived."""
        for task in self._tasks:
            task.is_whole = True
        self._touched.set()
        while True:
            await self._touched.wait()
            await asyncio.sleep(self._seconds)
            self._touched.clear()
            began = time.monotonic()
            for task in self._tasks:
                await self._guarded(task)
            # the way in comes first: deriving takes a fifth of the time at most
            await asyncio.sleep(min(_REST * (time.monotonic() - began), _LONGEST_REST))

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
                return await self._make(task, pairs, is_whole=is_whole)
            except BaseException:
                task.pairs |= pairs
                task.is_whole |= is_whole
                raise

    async def _make(self, task: Task, pairs: set[Pair], *, is_whole: bool) -> int:
        if not task.derivation.by:
            rows = await self._rows(task, None)
            whole = [Replacement(table, _of(table, rows), {}) for table in task.derivation.writes]
            await self._writing.write_derived(task.connector, *whole)
            return len(rows)
        found = await self._all_pairs(task) if is_whole else pairs
        # what several connectors tell of one repository is made at once
        wanted = sorted(found, key=lambda pair: (pair[1], pair[0]))
        total = 0
        for start in range(0, len(wanted), _PAIRS_AT_ONCE):
            total += await self._make_pairs(task, frozenset(wanted[start : start + _PAIRS_AT_ONCE]))
        return total

    async def _make_pairs(self, task: Task, pairs: frozenset[Pair]) -> int:
        by = task.derivation.by
        rows = await self._rows(task, pairs)
        changes: list[Change] = [
            Replacement(
                table,
                [row for row in _of(table, rows) if row.source == source and _pair(row, by) in pairs],
                {"source": source, by: values},
            )
            for table in task.derivation.writes
            for source, values in _by_source(pairs)
        ]
        if others := [row for row in rows if _pair(row, by) not in pairs]:
            changes.append(others)
        await self._writing.write_derived(task.connector, *changes)
        return len(rows)

    async def _rows(self, task: Task, changed: frozenset[Pair] | None) -> list[Row]:
        asked = Derive(self._store.rows, changed, self._settings[task.connector])
        rows = list(await task.derivation.derive(asked))
        names = {table.table for table in task.derivation.writes}
        if strange := {type(row).table for row in rows} - names:
            raise PluginError(
                f"derivation {task.connector}/{task.derivation.name} gave {strange}, which it does not name"
            )
        return [row if row.source else row.stamped(source=task.connector) for row in rows]

    async def _all_pairs(self, task: Task) -> set[Pair]:
        """Return the pairs of all that is read, and of all that was written: what has lost its origin must go."""
        found: set[Pair] = set()
        for table in (*task.derivation.of, *task.derivation.writes):
            by = task.derivation.by if task.derivation.by in table.model_fields else "''"
            sql = f'SELECT DISTINCT source, {by} AS value FROM "{table.table}"'  # noqa: S608  names of a table and its column
            found |= {(each["source"], each["value"]) for each in await self._store.rows(sql)}
        return found


def _by_source(pairs: Iterable[Pair]) -> list[tuple[str, list[str]]]:
    """Return the values of each source: one statement then clears the way for all of them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for source, value in sorted(pairs):
        found[source].append(value)
    return list(found.items())


def _of(table: type[Row], rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if type(row).table == table.table]


def _pair(row: Row, by: str) -> Pair:
    return row.source, getattr(row, by, "")


def _is_loop(task: Task) -> bool:
    """Say whether a derivation would start itself again and again; such a one is named in the log and left out."""
    derivation = task.derivation
    loop = {each.table for each in derivation.of} & {each.table for each in derivation.writes}
    if loop:
        facts = {"connector": task.connector, "derivation": derivation.name, "tables": sorted(loop)}
        log.error("a derivation reads what it writes, so it is not run", extra=facts)
    return bool(loop)
