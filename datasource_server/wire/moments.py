"""Moments, intervals and limits as a client writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from datasource_server.sdk import QueryError

DEFAULT_RANGE = timedelta(days=7)
LIMIT_DIGITS = 15

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000}
_INTERVAL = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)(ms|[smhdwMy])?")


def read_range(start: object, end: object, now: datetime) -> tuple[datetime, datetime]:
    """Return the time range: epoch milliseconds or ISO 8601; what is missing is the last seven days."""
    until = read_moment("to", end) or now
    since = read_moment("from", start) or until - DEFAULT_RANGE
    if since > until:
        raise QueryError("from lies after to")
    return since, until


def read_moment(name: str, raw: object) -> datetime | None:
    """Return a moment in UTC, None where nothing is given; QueryError names the parameter."""
    if raw is None or raw == "":
        return None
    try:
        if isinstance(raw, int | float) or (isinstance(raw, str) and re.fullmatch(r"-?\d{1,17}(\.\d+)?", raw)):
            return datetime.fromtimestamp(float(raw) / 1000, UTC)
        moment = datetime.fromisoformat(str(raw))
    except (ValueError, OverflowError, OSError):
        raise QueryError(f"{name} is no moment; epoch milliseconds or ISO 8601 are read") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_interval(raw: object) -> float:
    """Return seconds from `5m`, `1h`, … or from milliseconds; 0 where nothing is given: the range decides."""
    if raw is None or raw == "":
        return 0
    found = _INTERVAL.fullmatch(str(raw).strip())
    seconds = float(found[1]) * _SECONDS[found[2] or "ms"] if found else 0
    if seconds <= 0:
        raise QueryError("interval is no stretch of time; 30s, 5m, 1h, 1d or milliseconds are read")
    return seconds


def read_limit(raw: object) -> int | None:
    """Return how many rows are wanted at most, None where nothing is said."""
    if raw is None or raw == "":
        return None
    text = str(raw).strip()
    if not re.fullmatch(r"[0-9]+", text) or not text.strip("0"):
        raise QueryError("limit is no whole number above 0")
    return int(text[:LIMIT_DIGITS]) if len(text) <= LIMIT_DIGITS else 10**LIMIT_DIGITS


def to_epoch(moment: datetime | None) -> int | None:
    """Return a moment as epoch milliseconds."""
    return None if moment is None else round(moment.timestamp() * 1000)
