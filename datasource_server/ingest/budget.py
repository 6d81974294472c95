"""Budget: how many requests a tool still allows to one credential."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from datasource_server.ingest.patience import ComeBackLater, reset_seconds

_MAIN = ("", "core")
_SMALL_PART = 10


@dataclass(slots=True)
class Share:
    """What is left of one kind of requests, as last heard."""

    left: int
    limit: int
    resets_at: datetime


@dataclass(slots=True)
class Budget:
    """What one credential may still ask, by the tool's kind of request, and until when it must be silent."""

    shares: dict[str, Share] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    silent_until: datetime | None = None
    strikes: int = 0

    @property
    def main(self) -> Share | None:
        """Return the share of ordinary requests; None while the tool said nothing."""
        return next((self.shares[kind] for kind in _MAIN if kind in self.shares), None)

    def hear(self, path: str, headers: Mapping[str, str], now: datetime) -> None:
        """Take in what an answer's headers say."""
        left = _number(headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining"))
        seconds = reset_seconds(headers, now)
        if left is None or seconds is None:
            return
        kind = headers.get("x-ratelimit-resource", "")
        limit = _number(headers.get("x-ratelimit-limit") or headers.get("ratelimit-limit")) or 0
        self.shares[kind] = Share(left, limit, now + timedelta(seconds=seconds))
        if kind not in _MAIN:
            self.kinds[path] = kind

    def silence(self, now: datetime) -> float:
        """Return for how many seconds nobody may ask with this credential."""
        return max((self.silent_until - now).total_seconds(), 0.0) if self.silent_until else 0.0

    def be_silent(self, seconds: float, now: datetime) -> None:
        """Let nobody ask for so long; the first to hear of it counts a strike, which makes the next silence longer."""
        self.strikes += self.silence(now) == 0
        until = now + timedelta(seconds=seconds)
        self.silent_until = max(until, self.silent_until or until)

    def require_more_than(self, floor: int, path: str, now: datetime) -> None:
        """Raise ComeBackLater where no more than `floor` requests are left; of a small budget, no more than a tenth."""
        share = self.shares.get(self.kinds[path]) if path in self.kinds else self.main
        if share is None or not floor or share.resets_at <= now:
            return
        if share.left <= (min(floor, share.limit // _SMALL_PART) if share.limit else floor):
            message = f"{share.left} requests are left, the floor is reached; more at {share.resets_at:%H:%M:%S} UTC"
            raise ComeBackLater(message, share.resets_at)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None
