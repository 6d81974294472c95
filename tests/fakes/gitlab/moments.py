"""Moments as GitLab writes them: with milliseconds in the API, with an offset in commits, in words in webhooks."""

from datetime import UTC, datetime
from functools import lru_cache

from tests.fakes.github.moments import moment, to_seconds


@lru_cache(maxsize=100_000)
def iso(seconds: int) -> str:
    """The moment as the API writes it: `2026-01-15T12:00:00.000Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def iso_or_none(seconds: int | None) -> str | None:
    """The moment as the API writes it, or None."""
    return None if seconds is None else iso(seconds)


def git_date(seconds: int) -> str:
    """The moment as commits carry it: `2026-01-15T12:00:00.000+00:00`."""
    return iso(seconds).replace("Z", "+00:00")


def spoken(seconds: int) -> str:
    """The moment as most webhooks write it: `2026-01-15 12:00:00 UTC`."""
    return moment(seconds).strftime("%Y-%m-%d %H:%M:%S UTC")


def spoken_or_none(seconds: int | None) -> str | None:
    """The moment as most webhooks write it, or None."""
    return None if seconds is None else spoken(seconds)


def first_second(text: str) -> int:
    """The first second that a parameter means; ValueError if it means none."""
    return to_seconds(text)[0]
