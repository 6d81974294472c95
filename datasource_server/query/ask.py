"""Ask: what a caller wants of one query: a time range, values of its parameters, filters, a limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from datasource_server.sdk import QueryError

Operator = Literal["=", "!=", "=~", "!~", "<", ">", "=|", "!=|"]
OPERATORS: tuple[str, ...] = get_args(Operator)

ALL = "__all"
"""The value of a Grafana variable that stands for all of its values."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One ad-hoc filter on a column of the answer."""

    key: str
    operator: Operator
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a query. Parameters that the query does not have are ignored; no value, or `__all`, means all.

    An interval of 0 is replaced by the range divided by `max_points`.
    """

    start: datetime
    end: datetime
    interval_seconds: float = 0
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    limit: int | None = None
    max_points: int = 1000


def require_texts(name: str, values: Iterable[str]) -> None:
    """Raise QueryError for a value that is no whole text: UTF-8 has no half characters."""
    try:
        for value in values:
            value.encode()
    except UnicodeEncodeError:
        raise QueryError(f"{name} holds half a character (a lone surrogate)") from None
