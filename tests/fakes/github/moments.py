"""Moments of the fake: whole seconds since 1970, UTC, and their written forms."""

from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from functools import lru_cache

DAY = 86_400


@lru_cache(maxsize=100_000)
def iso(seconds: int) -> str:
    """The moment as GitHub writes it: `2026-01-15T12:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_or_none(seconds: int | None) -> str | None:
    """The moment as GitHub writes it, or None."""
    return None if seconds is None else iso(seconds)


def moment(seconds: int) -> datetime:
    """The moment as an aware UTC datetime."""
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(seconds: int | None) -> datetime | None:
    """The moment as an aware UTC datetime, or None."""
    return None if seconds is None else moment(seconds)


def http_date(seconds: float) -> str:
    """The moment as an HTTP header writes it: `Thu, 15 Jan 2026 12:00:00 GMT`."""
    return formatdate(seconds, usegmt=True)


def to_seconds(text: str) -> tuple[int, int]:
    """The first and last second that `2026-01-15` or `2026-01-15T12:00:00Z` means; ValueError if it means none."""
    cleaned = text.strip().replace(" ", "+")
    parsed = datetime.fromisoformat(cleaned)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    first = int(parsed.timestamp())
    is_day = len(cleaned) <= len("2026-01-15")
    return first, int((parsed + timedelta(days=1)).timestamp()) - 1 if is_day else first
