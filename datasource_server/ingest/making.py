"""Making: runs one derivation and writes what it gave: a few thousand rows at a time, and only what has changed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from datasource_server.ingest.writing import Change, Writing
from datasource_server.plugins import Plugins
from datasource_server.sdk import Derivation, Derive, Overloaded, PluginError, Replacement, Row
from datasource_server.store import Store

Pair = tuple[str, str]
"""A source and the value of the column that a derivation goes by."""

Key = tuple[str, str, Pair]
Pack = tuple[list[Change], dict[Key, int]]
"""What is written in one transaction, and the marks to remember it by."""

_PAIRS_AT_ONCE = 25
_ROWS_AT_ONCE = 5_000
_PATIENCE_SECONDS = 0.1


@dataclass(slots=True)
class Making:
    """Makes rows from rows; of each pair it remembers what was written, so that the same is not written again."""

    store: Store
    writing: Writing
    plugins: Plugins
    _written: dict[Key, int] = field(default_factory=dict)

    async def make(self, connector: str, derivation: Derivation, pairs: set[Pair], *, is_whole: bool) -> int:
        """Derive what belongs to the pairs, or everything; return how many rows there are."""
        if not derivation.by:
            rows = await self._rows(connector, derivation, None)
            await self._write(connector, [Replacement(table, _of(table, rows), {}) for table in derivation.writes])
            return len(rows)
        found = await self._all_pairs(derivation) if is_whole else pairs
        # what several connectors tell of one repository is made at once
        wanted = sorted(found, key=lambda pair: (pair[1], pair[0]))
        total = 0
        writing: asyncio.Task[None] | None = None
        try:
            for start in range(0, len(wanted), _PAIRS_AT_ONCE):
                batch = wanted[start : start + _PAIRS_AT_ONCE]
                rows = await self._rows(connector, derivation, frozenset(batch))
                packs = await asyncio.to_thread(self._packs, connector, derivation, (rows, batch), is_whole)
                total += len(rows)
                if writing is not None:
                    await writing
                writing = asyncio.create_task(self._write_packs(connector, packs))  # while the next ones are made
            if writing is not None:
                await writing
        except BaseException:
            if writing is not None:
                writing.cancel()
            raise
        return total

    async def _write_packs(self, connector: str, packs: Iterable[Pack]) -> None:
        for changes, marks in packs:
            await self._write(connector, changes)
            self._written.update(marks)

    def _packs(
        self, connector: str, derivation: Derivation, made: tuple[Iterable[Row], Sequence[Pair]], is_whole: bool
    ) -> list[Pack]:
        return list(self._packed(connector, derivation, *made, is_whole))

    def _packed(
        self, connector: str, derivation: Derivation, rows: Iterable[Row], pairs: Sequence[Pair], is_whole: bool
    ) -> Iterator[Pack]:
        """Yield packs of whole pairs; those that were written like that before are left out."""
        grouped: defaultdict[Pair, list[Row]] = defaultdict(list)
        for row in rows:
            grouped[_pair(row, derivation.by)].append(row)
        pack: dict[Pair, list[Row]] = {}
        marks: dict[Key, int] = {}
        for pair in pairs:
            own = grouped.pop(pair, [])
            mark = hash(tuple(row.model_dump_json() for row in own))
            key = (connector, derivation.name, pair)
            if self._written.get(key) == mark and not is_whole:
                continue
            pack[pair], marks[key] = own, mark
            if sum(map(len, pack.values())) >= _ROWS_AT_ONCE:
                yield _replacements(derivation, pack), marks
                pack, marks = {}, {}
        if pack:
            yield _replacements(derivation, pack), marks
        if grouped:
            yield [[row for own in grouped.values() for row in own]], {}

    async def _write(self, connector: str, changes: Sequence[Change]) -> None:
        """Write what was derived as soon as there is room: whoever waits for an answer comes first."""
        while True:
            try:
                await self.writing.write_derived(connector, *changes)
            except Overloaded:
                await asyncio.sleep(_PATIENCE_SECONDS)
            else:
                return

    async def _rows(self, connector: str, derivation: Derivation, changed: frozenset[Pair] | None) -> list[Row]:
        asked = Derive(self.store.rows, changed, self.plugins.configured[connector])
        rows = list(await derivation.derive(asked))
        names = {table.table for table in derivation.writes}
        if strange := {type(row).table for row in rows} - names:
            raise PluginError(f"derivation {connector}/{derivation.name} gave {strange}, which it does not name")
        return [row if row.source else row.stamped(source=connector) for row in rows]

    async def _all_pairs(self, derivation: Derivation) -> set[Pair]:
        """Return the pairs of all that is read, and of all that was written: what has lost its origin must go."""
        found: set[Pair] = set()
        for table in (*derivation.of, *derivation.writes):
            by = derivation.by if derivation.by in table.model_fields else "''"
            sql = f'SELECT DISTINCT source, {by} AS value FROM "{table.table}"'  # noqa: S608  names of a table and its column
            found |= {(each["source"], each["value"]) for each in await self.store.rows(sql)}
        return found


def _replacements(derivation: Derivation, pack: dict[Pair, list[Row]]) -> list[Change]:
    """Return one replacement a table and source: one statement clears the way for all of its pairs."""
    values: defaultdict[str, list[str]] = defaultdict(list)
    rows: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for (source, value), own in pack.items():
        values[source].append(value)
        for row in own:
            rows[type(row).table, source].append(row)
    return [
        Replacement(table, rows[table.table, source], {"source": source, derivation.by: named})
        for table in derivation.writes
        for source, named in values.items()
    ]


def _of(table: type[Row], rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if type(row).table == table.table]


def _pair(row: Row, by: str) -> Pair:
    return row.source, getattr(row, by, "")
