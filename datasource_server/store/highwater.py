"""HighWater: a small file that remembers the last commit, so that commits that vanish are noticed."""

from __future__ import annotations

import os
from pathlib import Path

from datasource_server.sdk.errors import ConfigError

WIDTH = 20


class HighWater:
    """The number of the last commit, kept beside the database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(database.name + ".commits")
        self._file = -1
        self.number = _number_in(self._path)

    def require_database(self) -> None:
        """Raise ConfigError where there were commits but the database is gone: it is not begun anew in silence."""
        if self.number and not self._database.exists():
            raise ConfigError(
                f"{self._database.name} is gone although it had {self.number} commits: restore a backup, "
                f"or delete {self._path.name} to begin anew"
            )

    def missing(self, found: int) -> str:
        """Return what to raise as an alarm where the database lacks commits that had been acknowledged."""
        if found >= self.number:
            return ""
        return f"{self.number - found} commits are missing: the store is at {found} and was at {self.number}"

    def open(self, found: int) -> None:
        """Begin to note commits."""
        self.number = max(self.number, found)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        self.note(self.number)

    def note(self, number: int) -> None:
        """Note a commit that is on disk."""
        os.pwrite(self._file, f"{number:0{WIDTH}d}".encode(), 0)

    def close(self) -> None:
        """Stop noting."""
        os.close(self._file)


def _number_in(path: Path) -> int:
    """Return the number that was noted; 0 where there is none, or where a power cut left something else."""
    text = path.read_bytes() if path.exists() else b""
    return int(text) if text.isdigit() else 0
