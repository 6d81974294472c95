"""The life of each change to a service: opened, reviewed, merged, run at every step; a pure function of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
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
NUMBERS_A_DAY = 16
"""Numbers of pull requests a day: the first eight for planned ones, the others for those that repair."""


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
    written_at: datetime
    opened_at: datetime
    reviewed_at: datetime | None
    approved_at: datetime | None
    merged_at: datetime | None
    closed_at: datetime | None
    files: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    reverts_sha: str = ""

    @property
    def branch(self) -> str:
        """Return the name of the branch that it was made on."""
        words = "-".join(self.title.lower().replace('"', "").split()[:4])
        kind = "hotfix" if "hotfix" in self.labels else self.author
        return f"{kind}/{words}-{self.number}"


@lru_cache(maxsize=4_096)
def changes_of(service: Service, day: date, seed: int) -> tuple[Change, ...]:
    """Return the changes that were opened to a service on a day, in order."""
    random = Random(f"{seed}:changes:{service.name}:{day}")
    rate = service.changes_a_day * (WEEKEND if day.weekday() >= 5 else 1.0)
    count = int(rate) + (random.random() < rate - int(rate))
    moments = sorted(moment_of(day, random) for _ in range(count))
    return tuple(_change(service, opened_at, number_of(day, place), random) for place, opened_at in enumerate(moments))


def number_of(day: date, place: int) -> int:
    """Return the number of a day's pull request by its place."""
    return (day.toordinal() - 739_000) * NUMBERS_A_DAY + place


def moment_of(day: date, random: Random) -> datetime:
    """Return a moment of the working day, more likely in its busy hours."""
    hour = random.choices(WORKDAY, HOUR_WEIGHTS)[0]
    return datetime.combine(day, time(hour, random.randrange(60), random.randrange(60)), UTC)


def sha_of(random: Random) -> str:
    """Return an id of a commit."""
    return f"{random.getrandbits(160):040x}"


def files_of(service: Service, title: str, random: Random) -> tuple[str, ...]:
    """Return the paths that a change touches; in a monorepo those of one part, now and then of all."""
    file = f"src/{title.lower().split()[-1]}.{service.language}"
    if not service.parts:
        return (file,)
    parts = service.parts if random.random() < 0.1 else (random.choice(service.parts),)
    return tuple(f"{part}/{file}" for part in parts)


def _change(service: Service, opened_at: datetime, number: int, random: Random) -> Change:
    author, reviewer = random.sample(PEOPLE[service.team], 2)
    title = f"{random.choice(VERBS)} {random.choice(THINGS)}"
    reviewed_at = opened_at + timedelta(minutes=random.lognormvariate(4.3, 1.0))
    approved_at = reviewed_at + timedelta(minutes=random.choice((0.0, 1.0)) * random.lognormvariate(3.4, 0.9))
    closed_at = approved_at + timedelta(minutes=random.lognormvariate(3.4, 0.9))
    fate = random.choices(("merged", "unreviewed", "closed", "forgotten"), (87, 5, 7, 1))[0]
    is_merged = fate in ("merged", "unreviewed")
    return Change(
        service=service,
        number=number,
        title=title,
        author=author,
        reviewer="" if fate == "unreviewed" else reviewer,
        shas=tuple(sha_of(random) for _ in range(random.choice((1, 1, 2, 3)))),
        merge_sha=sha_of(random),
        written_at=opened_at - timedelta(minutes=random.lognormvariate(4.6, 1.1)),
        opened_at=opened_at,
        reviewed_at=None if fate in ("unreviewed", "forgotten") else reviewed_at,
        approved_at=approved_at if fate == "merged" else None,
        merged_at=closed_at if is_merged else None,
        closed_at=None if fate == "forgotten" else closed_at,
        files=files_of(service, title, random),
        labels=("bug",) if title.startswith("Fix") else (),
    )
