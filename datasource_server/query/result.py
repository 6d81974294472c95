"""Result: the answer to a query, as JSON or CSV that DuckDB made; nobody turns it into Python objects again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from datasource_server.sdk import Query
from datasource_server.store import Column

Form = Literal["rows", "columns", "series", "csv"]
"""rows: one JSON array of objects. columns: one JSON array per column. series: time series apart. csv: one text."""


@dataclass(frozen=True, slots=True)
class Series:
    """One time series: its labels (a JSON object), its moments and, per number column, its values (JSON arrays)."""

    labels: bytes
    times: bytes
    values: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """An answer: `body` by the form asked for (empty for series), the notices of each clamp, and how old the data is.

    `as_of` is the moment up to which all collectors behind the answer have read; None where there is none.
    """

    query: Query
    columns: tuple[Column, ...]
    body: tuple[bytes, ...]
    series: tuple[Series, ...]
    count: int
    notices: tuple[str, ...]
    as_of: datetime | None
    version: int

    def size_bytes(self) -> int:
        """Return about how much memory the answer takes."""
        parts = [*self.body, *(part for each in self.series for part in (each.labels, each.times, *each.values))]
        return 500 + sum(len(part) + 50 for part in parts)
