"""Writer: the one thread that writes; calls that come together are committed together."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress

import duckdb

from datasource_server.sdk.errors import Overloaded
from datasource_server.store.apply import apply
from datasource_server.store.commit import Call, Change, Commit, rows_of
from datasource_server.store.database import Database
from datasource_server.store.failures import NotOpen, is_fatal, write_failure
from datasource_server.store.options import StoreOptions

log = logging.getLogger(__name__)

DISK_LOOK_SECONDS = 2.0


class Writer:
    """Takes changes from any thread, commits them in groups on its own thread, and tells who waits and who listens."""

    def __init__(self, database: Database, options: StoreOptions, number: int, tell: Callable[[Commit], None]) -> None:
        self._database = database
        self._options = options
        self._number = number
        self._tell = tell
        self._calls: deque[Call] = deque()
        self._rows = 0
        self._is_closed = False
        self._news = threading.Condition()
        self._checkpointed_at = time.monotonic()
        self._is_dirty = False
        self._disk = (0.0, True)
        self._thread = threading.Thread(target=self._run, name="opssight-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end."""
        with self._news:
            self._is_closed = True
            self._news.notify_all()
        self._thread.join()

    @property
    def number(self) -> int:
        """Return the number of the last commit."""
        return self._number

    @property
    def waiting_rows(self) -> int:
        """Return how many rows wait to be written."""
        return self._rows

    def heal(self) -> Future[Commit]:
        """Make the writer look whether the database gave up, and open it again if so; the future ends when it did."""
        call = Call((), 1)
        with self._news:
            if self._is_closed:
                raise Overloaded("the store is closing")
            self._calls.append(call)
            self._rows += call.rows
            self._news.notify_all()
        return call.done

    def submit(self, changes: Sequence[Change]) -> Future[Commit]:
        """Queue changes; Overloaded where the queue or the disk is full."""
        call = Call(tuple(changes), sum(len(rows_of(change)) for change in changes) or 1)
        with self._news:
            self._require_room(call.rows)
            self._calls.append(call)
            self._rows += call.rows
            self._news.notify_all()
        return call.done

    def _require_room(self, rows: int) -> None:
        if self._is_closed:
            raise Overloaded("the store is closing")
        if self._rows and self._rows + rows > self._options.queue_rows:
            raise Overloaded(f"{self._rows} rows wait to be written, {self._options.queue_rows} may")
        if not self._has_disk():
            raise Overloaded("the disk is nearly full", retry_after_seconds=60)

    def _has_disk(self) -> bool:
        looked_at, has_disk = self._disk
        if time.monotonic() - looked_at > DISK_LOOK_SECONDS:
            has_disk = shutil.disk_usage(self._database.path.parent).free >= self._options.min_free_bytes
            self._disk = (time.monotonic(), has_disk)
        return has_disk

    def _run(self) -> None:
        while not self._is_closed or self._calls:
            calls = [call for call in self._next_group() if call.done.set_running_or_notify_cancel()]
            if calls:
                self._write(calls)
            self._checkpoint_if_due()

    def _next_group(self) -> list[Call]:
        """Wait for a call, then a moment for others; nothing after a while without any."""
        with self._news:
            self._news.wait_for(lambda: self._calls or self._is_closed, self._options.checkpoint_seconds)
            if self._calls:
                self._news.wait_for(self._is_group_full, self._options.group_seconds)
            return self._take()

    def _is_group_full(self) -> bool:
        return self._is_closed or self._rows >= self._options.group_rows

    def _take(self) -> list[Call]:
        taken: list[Call] = []
        rows = 0
        while self._calls and (not taken or rows + self._calls[0].rows <= self._options.group_rows):
            taken.append(self._calls.popleft())
            rows += taken[-1].rows
        self._rows -= rows
        return taken

    def _write(self, calls: list[Call]) -> None:
        """Commit a group; where that fails each call is tried alone, so that only the bad one fails."""
        try:
            self._commit(calls)
        except Exception as problem:  # whatever it is, who waits must hear of it
            told = write_failure(problem)
            is_ours = isinstance(told, Overloaded)
            if len(calls) > 1 and not is_ours:
                for call in calls:
                    self._write([call])
                return
            log.warning("write failed", extra={"problem": str(problem)}, exc_info=not is_ours)
            for call in calls:
                call.done.set_exception(told)

    def _commit(self, calls: list[Call]) -> None:
        try:
            commit, each = apply(self._database.root, calls, self._number)
        except (duckdb.Error, NotOpen) as problem:
            if not is_fatal(problem):
                raise
            self._database.reopen()
            commit, each = apply(self._database.root, calls, self._number)
        if commit.touched:
            self._number, self._is_dirty = commit.number, True
            self._tell(commit)
        for call, done in each.items():
            call.done.set_result(done)

    def _checkpoint_if_due(self) -> None:
        is_due = time.monotonic() - self._checkpointed_at >= self._options.checkpoint_seconds
        if self._is_dirty and is_due:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Fold the WAL into the file; put off where a transaction is in the way."""
        self._checkpointed_at = time.monotonic()
        try:
            self._database.root.execute("CHECKPOINT")
            self._is_dirty = False
        except duckdb.Error as problem:
            log.warning("checkpoint put off", extra={"problem": str(problem)})
            if is_fatal(problem):
                self._reopen()

    def _reopen(self) -> None:
        with suppress(NotOpen):  # the next write tries it again
            self._database.reopen()
