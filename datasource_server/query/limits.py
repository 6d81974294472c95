"""Limits: how much one ask may want; what is too much is clamped, and a notice says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from datasource_server.query.ask import Ask
from datasource_server.query.result import Form
from datasource_server.sdk import QueryError, Shape, to_utc

MAX_RANGE = timedelta(days=5 * 366)
MAX_POINTS = 11_000
MAX_ROWS: dict[Form, int] = {"rows": 5_000, "columns": 50_000, "series": 50_000, "csv": 50_000}
OF_PANELS: tuple[Form, ...] = ("rows", "columns")
MAX_BY_SHAPE: dict[Shape, int] = {"variable": 1_000, "annotations": 500}


@dataclass(frozen=True, slots=True)
class Window:
    """The range, the interval in whole seconds and the number of rows that are really asked for.

    `is_capped`: the number of rows is the server's, not the caller's.
    """

    start: datetime
    end: datetime
    interval_seconds: int
    limit: int
    is_capped: bool
    notices: tuple[str, ...]


def clamp(ask: Ask, form: Form, shape: Shape, most: int = 0) -> Window:
    """Return what will be asked for; QueryError where the ask makes no sense.

    `most` is the query's own limit of what a panel gets; whoever asks for CSV gets all.
    """
    start, end, of_range = _range(to_utc(ask.start), to_utc(ask.end))
    interval, of_interval = _interval((end - start).total_seconds(), ask)
    own = most if most and form in OF_PANELS else MAX_ROWS[form]
    limit, of_limit = _limit(ask.limit, min(own, MAX_ROWS[form], MAX_BY_SHAPE.get(shape, MAX_ROWS[form])))
    is_capped = ask.limit is None or ask.limit > limit
    return Window(start, end, interval, limit, is_capped, (*of_range, *of_interval, *of_limit))


def _range(start: datetime, end: datetime) -> tuple[datetime, datetime, tuple[str, ...]]:
    if end < start:
        raise QueryError("the time range ends before it begins")
    if end - start <= MAX_RANGE:
        return start, end, ()
    return end - MAX_RANGE, end, ("The time range was cut to its last 5 years.",)


def _interval(seconds: float, ask: Ask) -> tuple[int, tuple[str, ...]]:
    asked = ask.interval_seconds
    if not math.isfinite(asked) or asked < 0:
        raise QueryError(f"interval: found {asked} seconds, expected a number of seconds")
    points = min(max(ask.max_points, 1), MAX_POINTS)
    wanted = max(1, math.ceil(asked or seconds / points))
    least = max(1, math.ceil(seconds / MAX_POINTS))
    if wanted >= least:
        return min(wanted, int(MAX_RANGE.total_seconds())), ()
    return least, (f"The interval was widened to {least} s, to stay within {MAX_POINTS} points.",)


def _limit(asked: int | None, most: int) -> tuple[int, tuple[str, ...]]:
    if asked is None:
        return most, ()
    if asked < 1:
        raise QueryError(f"limit: found {asked}, expected at least 1")
    return (asked, ()) if asked <= most else (most, (f"The limit was lowered to {most} rows.",))
