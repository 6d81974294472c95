"""The runs that clocks and pull requests start: nightly ones, smoke tests, and those of each push to a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from opssight_sandbox.changes import Change
from opssight_sandbox.organisation import SERVICES, Service
from opssight_sandbox.plans import First, RunPlan, attempts_of

MISSED = 0.04
"""Share of the nights in which a schedule does not start its run."""


def nightly_runs(service: Service, day: date, seed: int) -> Iterator[RunPlan]:
    """Yield the attempts of the nightly run of a day; some nights it is missed."""
    random = Random(f"{seed}:nightly:{service.name}:{day}")
    at = datetime.combine(day, time(2, 30, random.randrange(40)), UTC)
    sha = f"{random.getrandbits(160):040x}"
    first = First(service, "nightly", f"n{day:%y%m%d}", "schedule", "main", sha, "Nightly", "scheduler", at)
    if random.random() >= MISSED:
        yield from attempts_of(first, random, seed)


def smoke_runs(since: datetime, until: datetime, seed: int, *, every: int = 1) -> Iterator[RunPlan]:
    """Yield the smoke run of each minute, or of those that `every` divides, for one service after the other."""
    minute = since.replace(second=0, microsecond=0)
    while (minute := minute + timedelta(minutes=1)) <= until:
        if int(minute.timestamp() // 60) % every:
            continue
        service = SERVICES[int(minute.timestamp() // 60) % len(SERVICES)]
        random = Random(f"{seed}:smoke:{minute}")
        sha = f"{random.getrandbits(160):040x}"
        number = f"s{minute:%y%m%d%H%M}"
        first = First(service, "smoke", number, "schedule", "main", sha, "Smoke test", "scheduler", minute)
        yield from attempts_of(first, random, seed)


def pull_request_runs(change: Change, seed: int) -> Iterator[RunPlan]:
    """Yield the attempts of the runs that the pushes to a pull request start."""
    service, number = change.service, change.number
    random = Random(f"{seed}:runs:{service.name}:{number}")
    pushed = change.opened_at
    for place, sha in enumerate(change.shas):
        key = f"p{number}-{place}"
        opened = First(
            service, "ci", key, "pull_request", change.branch, sha, change.title, change.author, pushed, number
        )
        yield from attempts_of(opened, random, seed)
        until = change.approved_at or change.closed_at or change.opened_at + timedelta(hours=2)
        pushed += 0.97 * (until - change.opened_at) / max(len(change.shas) - 1, 1)
