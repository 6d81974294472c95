"""Store: every row that OpsSight keeps; one thread writes, a few connections read."""

from __future__ import annotations

import asyncio
import atexit
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from datasource_server.sdk.errors import PluginError
from datasource_server.sdk.row import Row
from datasource_server.store import ask, backup
from datasource_server.store.column import Column
from datasource_server.store.commit import Change, Commit, tables_of
from datasource_server.store.database import Database
from datasource_server.store.failures import NotOpen, is_fatal, query_failure
from datasource_server.store.highwater import HighWater
from datasource_server.store.options import StoreOptions
from datasource_server.store.reader import Readers, Work
from datasource_server.store.schema import commits_of, prepare
from datasource_server.store.table import by_name, table_of
from datasource_server.store.writer import Writer

log = logging.getLogger(__name__)

OWN_READERS = 2
OWN_WAITING = 10_000
OWN_SECONDS = 30.0

T = TypeVar("T")
Listener = Callable[[Commit], None]
NOTHING: Mapping[str, Sequence[str]] = {}
DEFAULT = StoreOptions()


class Store:
    """The rows of `tables` in one DuckDB file, which this process alone has open.

    `migrations` holds the SQL statements of each connector. `alarms` says what was found damaged or missing at open.
    """

    def __init__(
        self,
        path: Path,
        tables: Sequence[type[Row]],
        *,
        migrations: Mapping[str, Sequence[str]] = NOTHING,
        options: StoreOptions = DEFAULT,
    ) -> None:
        self.path = path
        self.options = options
        self.tables: Mapping[str, type[Row]] = by_name(tables)
        self._migrations = {connector: tuple(statements) for connector, statements in migrations.items()}
        self._database = Database(path, options, self._prepare)
        self._listeners: list[Listener] = []
        self._versions: Counter[str] = Counter()
        self._is_open = False
        self._backing_up = threading.Lock()

    @property
    def alarms(self) -> list[str]:
        """Return what was found damaged or missing; empty while all is well."""
        return self._database.alarms

    def open(self) -> None:
        """Open the file, bring it to the newest schema and begin to write.

        ConfigError where another process has the file, where it is damaged, or where a newer version wrote it.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._highwater = HighWater(self._database.path)
        self._highwater.require_database()
        self._database.open()
        number = commits_of(self._database.root)
        if missing := self._highwater.missing(number):
            self.alarms.append(missing)
        self._highwater.open(number)
        self._writer = Writer(self._database, self.options, max(number, self._highwater.number), self._tell)
        self._readers = Readers(self._database, self.options.readers, self.options.waiting)
        self._own_readers = Readers(self._database, OWN_READERS, OWN_WAITING)
        self._writer.start()
        self._is_open = True
        atexit.register(self.close)

    def close(self) -> None:
        """Write what waits, fold the log into the file and close it."""
        if not self._is_open:
            return
        self._is_open = False
        atexit.unregister(self.close)
        self._writer.stop()
        self._readers.stop()
        self._own_readers.stop()
        self._database.interrupt()
        self._writer.checkpoint()
        self._database.close()
        self._highwater.close()

    async def write(self, *changes: Change) -> Commit:
        """Write changes, all or none; return when they are on disk. Overloaded where too much waits."""
        return await asyncio.wrap_future(self.submit(*changes))

    def submit(self, *changes: Change) -> Future[Commit]:
        """Write changes, all or none, from a thread; the future ends when they are on disk."""
        for change in changes:
            for row in tables_of(change):
                self._require_known(row)
        if not self._is_open:
            raise NotOpen(f"the store {self.path.name} is not open")
        return self._writer.submit(changes)

    def listen(self, listener: Listener) -> None:
        """Call `listener` after each commit, on the writer's thread: it must be quick."""
        self._listeners.append(listener)

    @property
    def commits(self) -> int:
        """Return how many commits the store has seen in its life."""
        return self._writer.number

    @property
    def is_busy(self) -> bool:
        """Say whether queries wait for each other."""
        return self._readers.is_busy

    def version(self, tables: Iterable[str]) -> int:
        """Return a number that grows with each commit that changed one of these tables."""
        return sum(self._versions[table] for table in tables)

    async def rows(self, sql: str, /, **params: object) -> list[dict[str, Any]]:
        """Return the rows of the server's own SELECT as dicts; moments are in UTC, JSON columns are read."""
        return await self._read(self._own_readers, lambda cursor: ask.dicts(cursor, sql, params), OWN_SECONDS)

    async def fetch(
        self, sql: str, params: Mapping[str, object], *, seconds: float | None = None
    ) -> list[tuple[Any, ...]]:
        """Return the rows of one SELECT as DuckDB has them; TooSlow after `seconds`, Overloaded where many wait.

        Parameters that the statement does not name are left out.
        """
        most = self.options.query_seconds if seconds is None else seconds
        return await self._read(self._readers, lambda cursor: ask.tuples(cursor, sql, params), most)

    async def describe(self, sql: str, params: Mapping[str, object]) -> tuple[Column, ...]:
        """Return the columns of a SELECT without running it."""
        return await self._read(self._own_readers, lambda cursor: ask.columns(cursor, sql, params), OWN_SECONDS)

    async def backup(self, folder: Path) -> None:
        """Write every table as Parquet into `folder`, as of one moment, verified; ConfigError where it is not empty."""
        await asyncio.to_thread(self._back_up, folder)

    @staticmethod
    def restore(folder: Path, path: Path) -> None:
        """Make a new store at `path` of a backup, verified; ConfigError where it is damaged or a store is there."""
        backup.restore(folder, path)

    def size_bytes(self) -> int:
        """Return how much disk the file and its log take."""
        files = (self._database.path, self._database.wal)
        return sum(file.stat().st_size for file in files if file.exists())

    def queue_length(self) -> int:
        """Return how many rows wait to be written."""
        return self._writer.waiting_rows if self._is_open else 0

    async def _read(self, readers: Readers, work: Work[T], seconds: float) -> T:
        if not self._is_open:
            raise NotOpen(f"the store {self.path.name} is not open")
        try:
            return await self._healed(readers, work, seconds)
        except duckdb.Error as problem:
            raise query_failure(problem, self.options.memory) from None

    async def _healed(self, readers: Readers, work: Work[T], seconds: float) -> T:
        """Read; where the database has given up, have it opened again and read once more."""
        try:
            return await readers.run(work, seconds)
        except (duckdb.Error, NotOpen) as problem:
            if not is_fatal(problem) or not self._is_open:
                raise
            await self._heal(seconds)
            return await readers.run(work, seconds)

    async def _heal(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(asyncio.wrap_future(self._writer.heal()), seconds)
        except TimeoutError:
            raise NotOpen("the store is being opened again", retry_after_seconds=2) from None

    def _back_up(self, folder: Path) -> None:
        with self._backing_up, self._database.cursor() as cursor:
            backup.export(cursor, self._database.export_folder, folder)

    def _prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        prepare(connection, [table_of(row) for row in self.tables.values()], self._migrations)

    def _require_known(self, row: type[Row]) -> None:
        if self.tables.get(row.table) is not row:
            raise PluginError(f"row {row.__name__}: its table {row.table} is none that its connector declares")

    def _tell(self, commit: Commit) -> None:
        self._highwater.note(commit.number)
        self._versions.update(commit.touched.keys())
        for listener in self._listeners:
            try:
                listener(commit)
            except Exception:
                log.exception("a listener of the store failed")
