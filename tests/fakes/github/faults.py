"""Faults of an upstream, chosen by a seed or by the number of the request."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from .answers import LIMIT_DOCS, Answer, bad_credentials, error, not_found, secondary_limit
from .limits import limit_headers
from .moments import http_date

INSTEAD = (
    "429",
    "403_secondary",
    "403_secondary_bare",
    "429_date",
    "403_primary",
    "401",
    "404",
    "410",
    "500",
    "502",
    "503",
    "html",
    "empty",
)
SPOILED = ("truncated", "reset", "slow", "huge", "wrong_type", "endless", "foreign_next")
PASSING = ("429", "403_secondary", "500", "502", "503", "truncated", "html", "reset")
LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action='/login'></form></body></html>"
)


@dataclass(slots=True)
class Faults:
    """Which request fails, and how.

    `at` fixes kinds by request number (from 1, among those that match `paths`). Otherwise a share of `rate` of the
    requests gets one of `kinds`, the same ones for the same seed; never more than `max_in_a_row` for one path, so that
    a patient client gets through. `paths` is a pattern of the addresses that may fail. `retry_after` is in whole
    seconds, None leaves the header out.
    """

    seed: int = 0
    rate: float = 0.0
    kinds: Sequence[str] = PASSING
    at: Mapping[int, str] = field(default_factory=dict)
    paths: str = ""
    retry_after: int | None = 0
    max_in_a_row: int = 2
    slow_seconds: float = 1.0
    huge_bytes: int = 64_000_000
    is_on: bool = True
    asked: int = 0
    _in_a_row: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = {*self.kinds, *self.at.values()} - {*INSTEAD, *SPOILED}
        if unknown:
            raise ValueError(f"unknown faults: {sorted(unknown)}")

    def draw(self, path: str) -> str:
        """The fault of the next request, empty for none."""
        if not self.is_on or (self.paths and not re.search(self.paths, path)):
            return ""
        self.asked += 1
        kind = self.at.get(self.asked, "") or self._by_chance(path)
        self._in_a_row[path] = self._in_a_row.get(path, 0) + 1 if kind else 0
        return kind

    def _by_chance(self, path: str) -> str:
        random = Random(f"{self.seed}:{self.asked}")
        is_hit = random.random() < self.rate and self._in_a_row.get(path, 0) < self.max_in_a_row
        return random.choice(self.kinds) if is_hit else ""

    def answer(self, kind: str, now: float) -> Answer:
        """What is answered instead of the truth."""
        return ANSWERS[kind](self, now)

    @property
    def written_retry(self) -> str | None:
        """`retry_after` as a header has it."""
        return None if self.retry_after is None else str(self.retry_after)


def _primary(faults: Faults, now: float) -> Answer:
    refusal = error(403, "API rate limit exceeded for user ID 1.", LIMIT_DOCS).answer
    resets_at = int(now) + (faults.retry_after or 0)
    return Answer(refusal.body, 403, limit_headers(5_000, 0, resets_at))


def _unavailable(faults: Faults, _now: float) -> Answer:
    headers = {} if faults.retry_after is None else {"Retry-After": str(faults.retry_after)}
    return Answer(b'{"message":"Service unavailable"}', 503, headers)


ANSWERS: dict[str, Callable[[Faults, float], Answer]] = {
    "429": lambda faults, _: secondary_limit(429, faults.written_retry),
    "403_secondary": lambda faults, _: secondary_limit(403, faults.written_retry),
    "403_secondary_bare": lambda *_: secondary_limit(403, None),
    "429_date": lambda faults, now: secondary_limit(429, http_date(now + (faults.retry_after or 0))),
    "403_primary": _primary,
    "401": lambda *_: bad_credentials().answer,
    "404": lambda *_: not_found().answer,
    "410": lambda *_: error(410, "Gone").answer,
    "500": lambda *_: error(500, "Server Error").answer,
    "502": lambda *_: Answer(b"<html><body><h1>502 Bad Gateway</h1></body></html>", 502, media_type="text/html"),
    "503": _unavailable,
    "html": lambda *_: Answer(LOGIN_PAGE, media_type="text/html; charset=utf-8"),
    "empty": lambda *_: Answer(),
}
