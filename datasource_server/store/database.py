"""Database: the DuckDB file, opened so that it can reach nothing else, and opened again when it gave up."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import duckdb

from datasource_server.sdk.errors import ConfigError
from datasource_server.store.failures import NotOpen, sentence
from datasource_server.store.options import StoreOptions
from datasource_server.store.table import text_literal

log = logging.getLogger(__name__)

HEAL_SECONDS = 15.0
IS_DUCKDB_1 = duckdb.__version__.startswith("1.")

_open_files: set[Path] = set()


class Database:
    """One DuckDB file of which this process is the only user.

    `prepare` is run on each new connection before its configuration is locked. `alarms` says what was found damaged.
    """

    def __init__(self, path: Path, options: StoreOptions, prepare: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        self.path = path.absolute()
        self.alarms: list[str] = []
        self._options = options
        self._prepare = prepare
        self._root: duckdb.DuckDBPyConnection | None = None
        self._cursors: set[duckdb.DuckDBPyConnection] = set()
        self._changed = threading.Condition()
        self._is_healing = False

    @property
    def export_folder(self) -> Path:
        """Return the only folder that the database may write files to."""
        return self.path.with_name(self.path.name + ".export")

    @property
    def wal(self) -> Path:
        """Return the file that holds what was committed since the last checkpoint."""
        return self.path.with_name(self.path.name + ".wal")

    @property
    def root(self) -> duckdb.DuckDBPyConnection:
        """Return the connection that writes; it belongs to the writer's thread."""
        if self._root is None:
            raise NotOpen(f"the store {self.path.name} is not open")
        return self._root

    def open(self) -> None:
        """Open the file; ConfigError where another process has it, or where it is damaged."""
        _spare_lookups()
        if self.path in _open_files:
            raise ConfigError(f"the store {self.path.name} is open already in this process; one Store a file")
        _open_files.add(self.path)
        try:
            self._connect()
        except BaseException:
            _open_files.discard(self.path)
            raise

    def close(self) -> None:
        """Close every connection."""
        with self._changed:
            self._stop_cursors()
            self._close_root()
        _open_files.discard(self.path)

    def reopen(self) -> None:
        """Close what gave up and open it again; queries that run are ended, those that come wait."""
        with self._changed:
            log.error("the store gave up and is opened again", extra={"store": self.path.name})
            self._is_healing = True
            try:
                self._stop_cursors()
                self._close_root()
                self._connect()
            except ConfigError as problem:
                raise NotOpen(f"the store can't be opened again: {problem}", retry_after_seconds=10) from None
            finally:
                self._is_healing = False
                self._changed.notify_all()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a connection of its own; nothing of it is left to the next user."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_healing, timeout=HEAL_SECONDS)
            cursor = self.root.cursor()
            self._cursors.add(cursor)
        try:
            yield cursor
        finally:
            cursor.close()
            with self._changed:
                self._cursors.discard(cursor)
                self._changed.notify_all()

    def _connect(self) -> None:
        if not self.path.exists() and self.wal.exists():
            raise ConfigError(f"{self.path.name} is gone but its WAL is there: restore a backup, or move the WAL away")
        root = self._connection()
        try:
            self._prepare(root)
            root.execute("SET lock_configuration = true")
        except BaseException:
            root.close()
            raise
        self._root = root

    def _connection(self) -> duckdb.DuckDBPyConnection:
        try:
            return connect(self.path, self._options, self.export_folder)
        except duckdb.Error as problem:
            if "lock" in str(problem).lower() and "conflict" in str(problem).lower():
                raise ConfigError(f"{self.path.name} is in use by another process") from None
            if not self.wal.exists():
                raise _damaged(self.path, problem) from None
            return self._without_wal(problem)

    def _without_wal(self, problem: duckdb.Error) -> duckdb.DuckDBPyConnection:
        """Set a WAL aside that can't be read, and open what was checkpointed; put it back where that is no help."""
        aside = self.wal.with_name(f"{self.wal.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        self.wal.rename(aside)
        try:
            root = connect(self.path, self._options, self.export_folder)
        except duckdb.Error:
            aside.rename(self.wal)
            raise _damaged(self.path, problem) from None
        alarm = f"the WAL was corrupt and set aside as {aside.name}: what was written since the last checkpoint is gone"
        log.error("corrupt WAL set aside", extra={"store": self.path.name, "aside": aside.name})
        self.alarms.append(alarm)
        return root

    def interrupt(self) -> None:
        """End every query that runs."""
        with self._changed:
            self._stop_cursors()

    def _stop_cursors(self) -> None:
        for cursor in self._cursors:
            with suppress(duckdb.Error):
                cursor.interrupt()
        self._changed.wait_for(lambda: not self._cursors, timeout=HEAL_SECONDS)

    def _close_root(self) -> None:
        if self._root is not None:
            with suppress(duckdb.Error):
                self._root.close()
        self._root = None


def connect(path: Path, options: StoreOptions, export_folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection that can't read or write any file but the database's own and `export_folder`."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": options.memory,
        "max_temp_directory_size": options.spill,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
    }
    if options.threads:
        config["threads"] = options.threads
    if not IS_DUCKDB_1:
        config["storage_compatibility_version"] = "v1.5.0"  # so that DuckDB 1.5 reads the file too
    root = duckdb.connect(str(path), config=config)
    root.execute("SET GLOBAL TimeZone = 'UTC'")
    root.execute(f"SET allowed_directories = [{text_literal(str(export_folder) + '/')}]")
    root.execute("SET enable_external_access = false")
    return root


def _damaged(path: Path, problem: duckdb.Error) -> ConfigError:
    return ConfigError(f"{path.name} can't be opened: {sentence(problem)}; restore a backup with opssight restore")


def _spare_lookups() -> None:
    """Say once that pandas is not there: DuckDB looks for it at each statement, a third of a small one's time."""
    if find_spec("pandas") is None:
        sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
