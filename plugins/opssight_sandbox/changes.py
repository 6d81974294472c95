"""The life of each change to a service: opened, reviewed, merged, run at every step; a pure function of the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from opssight_sandbox.organisation import PEOPLE, Service

VERBS = ("Add", "Fix", "Speed up", "Tidy", "Rework", "Guard", "Rename", "Retry", "Log", "Cache")
THINGS = (
    "rounding of totals",
    "the retry of webhooks",
    "currency codes",
    "time zones in exports",
    "the health endpoint",
    "session expiry",
    "pagination of lists",
    "error messages",
    "connection pooling",
    "the nightly import",
    "feature flags",
    "input validation",
)
WORKDAY = tuple(range(8, 19))
HOUR_WEIGHTS = (2, 6, 9, 8, 4, 5, 9, 9, 7, 4, 1)
WEEKEND = 0.12


@dataclass(frozen=True, slots=True)
class Change:
    """One pull request and what became of it; moments that are None never come."""

    service: Service
    number: int
    title: str
    author: str
    reviewer: str
    shas: tuple[str, ...]
    merge_sha: str
    is_revert: bool
    written_at: datetime
    opened_at: datetime
    reviewed_at: datetime
    merged_at: datetime | None
    closed_at: datetime

    @property
    def branch(self) -> str:
        """Return the name of the branch that it was made on."""
        words = self.title.lower().split()[:4]
        return f"{self.author}/{'-'.join(words)}-{self.number}"


def changes_of(service: Service, day: date, seed: int) -> Iterator[Change]:
    """Yield the changes that were opened to a service on a day, in order."""
    random = Random(f"{seed}:changes:{service.name}:{day}")
    rate = service.changes_a_day * (WEEKEND if day.weekday() >= 5 else 1.0)
    count = int(rate) + (random.random() < rate - int(rate))
    moments = sorted(_moment(day, random) for _ in range(count))
    for place, opened_at in enumerate(moments):
        yield _change(service, opened_at, (day.toordinal() - 739_000) * 8 + place, random)


def _moment(day: date, random: Random) -> datetime:
    hour = random.choices(WORKDAY, HOUR_WEIGHTS)[0]
    return datetime.combine(day, time(hour, random.randrange(60), random.randrange(60)), UTC)


def _change(service: Service, opened_at: datetime, number: int, random: Random) -> Change:
    author, reviewer = random.sample(PEOPLE[service.team], 2)
    is_revert = random.random() < 0.03
    title = f"{random.choice(VERBS)} {random.choice(THINGS)}"
    reviewed_at = opened_at + timedelta(minutes=random.lognormvariate(4.3, 1.0))
    is_merged = random.random() < 0.92
    closed_at = reviewed_at + timedelta(minutes=random.lognormvariate(3.6, 0.9))
    return Change(
        service=service,
        number=number,
        title=f'Revert "{title}"' if is_revert else title,
        author=author,
        reviewer=reviewer,
        shas=tuple(f"{random.getrandbits(160):040x}" for _ in range(random.choice((1, 1, 2, 3)))),
        merge_sha=f"{random.getrandbits(160):040x}",
        is_revert=is_revert,
        written_at=opened_at - timedelta(minutes=random.lognormvariate(4.6, 1.1)),
        opened_at=opened_at,
        reviewed_at=reviewed_at,
        merged_at=closed_at if is_merged else None,
        closed_at=closed_at,
    )
