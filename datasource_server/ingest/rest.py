"""Rest: which scopes are failing, why, and until when they are left alone."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from datasource_server.ingest.patience import ComeBackLater, Unreachable
from datasource_server.ingest.redact import redact
from datasource_server.sdk import UpstreamError

log = logging.getLogger(__name__)

Place = tuple[str, str, str]
"""Connector, collector, scope."""

_MOST_DOUBLINGS = 10


class Rest:
    """Backs failing scopes off: each failure in a row doubles the pause, unless the tool said itself when to come."""

    def __init__(self, longest_seconds: float) -> None:
        self._longest = longest_seconds
        self._until: dict[Place, datetime] = {}
        self.failing: dict[Place, str] = {}

    def is_resting(self, place: Place, now: datetime) -> bool:
        return place in self._until and self._until[place] > now

    def fail(self, place: Place, problem: Exception, pause: timedelta, now: datetime) -> str:
        """Note a failure and return what to say about it; `pause` is the wait unless the tool knows better."""
        reason = redact(f"{type(problem).__name__}: {problem}")[:500]
        longest = timedelta(seconds=self._longest)
        self._until[place] = problem.until if isinstance(problem, ComeBackLater) else now + min(pause, longest)
        self.failing[place] = reason
        _log(place, problem, reason)
        return reason

    def end(self, place: Place) -> None:
        """Note that the scope is well again."""
        self._until.pop(place, None)
        self.failing.pop(place, None)


def pause_after(every: timedelta, failures: int) -> timedelta:
    """Return the pause of a collector that runs `every` so often, after so many failures in a row.

    It is a little less than a multiple of the interval, so that the next pass but one is not missed by jitter.
    """
    return every * (float(2 ** min(failures - 1, _MOST_DOUBLINGS)) - 0.2)


def is_garbage(problem: Exception) -> bool:
    """Say whether a tool did answer, but nothing that can be read: no bad status, and not silence."""
    is_silence = isinstance(problem, ComeBackLater | Unreachable)
    return isinstance(problem, UpstreamError) and not is_silence and not problem.upstream_status


def _log(place: Place, problem: Exception, reason: str) -> None:
    facts = dict(zip(("connector", "collector", "scope"), place, strict=True)) | {"reason": reason}
    is_known = isinstance(problem, UpstreamError)
    log.log(logging.WARNING if is_known else logging.ERROR, "a pass broke off", exc_info=not is_known, extra=facts)
