"""Patience: how long to wait before a tool is asked again, by what it answered.

It is our own, and no library's, since the tool's own word (Retry-After, the reset of its budget) goes first.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from datasource_server.sdk import UpstreamError

LIMIT_SECONDS = 60.0
_A_DAY = 86_400.0
_LEAST_SECONDS = 1.0
_MOST_STRIKES = 5
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Unreachable(UpstreamError):
    """No answer came: no connection, or it broke off, or it took too long."""


class ComeBackLater(UpstreamError):
    """The tool wants to be left alone until `until`, which is longer than a request should wait."""

    def __init__(self, message: str, until: datetime, *, upstream_status: int = 0) -> None:
        super().__init__(message, upstream_status=upstream_status)
        self.until = until


@dataclass(frozen=True, slots=True)
class Wait:
    """So many seconds to wait; `is_limit`: for everybody who uses the same credential."""

    seconds: float
    is_limit: bool = False


def wait_after(
    status: int, headers: Mapping[str, str], body: bytes, tries: tuple[int, int], now: datetime
) -> Wait | None:
    """Return how long to wait before the request is sent again; None where the answer stands.

    `tries` are the attempts of this request, and the limits in a row that its credential ran into.
    """
    attempt, strikes = tries
    asked = asked_seconds(headers, now)
    if is_limited(status, headers, body):
        seconds = _limit_seconds(headers, now) if asked is None else asked
        return Wait(
            max(LIMIT_SECONDS * 2 ** min(strikes, _MOST_STRIKES) if seconds is None else seconds, _LEAST_SECONDS),
            is_limit=True,
        )
    if status >= 500 and status != 501:
        return Wait(growing_seconds(attempt) if asked is None else max(asked, _LEAST_SECONDS))
    return None


def growing_seconds(attempt: int, first: float = 0.5) -> float:
    """Return a wait that doubles with each attempt, spread so that not all come back at once."""
    return float(first * 2**attempt * random.uniform(0.75, 1.25))  # noqa: S311  no secret hangs on it


def is_limited(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Say whether a tool answered that we ask too much."""
    if status != 403:
        return status == 429
    return (
        "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0" or b"rate limit" in body[:2000].lower()
    )


def is_repeatable(method: str, *, is_marked: bool) -> bool:
    """Say whether a request that may have reached the tool can be sent again without harm."""
    return method in _SAFE or is_marked


def asked_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return what Retry-After asks for, in seconds or as a date by the tool's own clock; None where it asks nothing."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _A_DAY)
    if (moment := _date(text)) is None:
        return None
    return min(max((moment - their_now(headers, now)).total_seconds(), 0.0), _A_DAY)


def their_now(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return what time it is for the tool, so that a clock that is off makes no wait negative or endless."""
    moment = _date(headers.get("date", ""))
    age = headers.get("age", "")
    return now if moment is None else moment + timedelta(seconds=int(age) if age.isdigit() and len(age) < 7 else 0)


def reset_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return in how many seconds the tool's budget starts again; None where it does not say."""
    text = (headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or "").partition(".")[0]
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        return None
    value = float(text)
    seconds = value - their_now(headers, now).timestamp() if value > 1e9 else value
    return min(max(seconds, 0.0), _A_DAY)


def _limit_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    left = headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining")
    return reset_seconds(headers, now) if left == "0" else None


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
