"""The runs that changes, schedules and the clock start: when they begin and end, and how, known in advance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from opssight_sandbox.changes import Change, changes_of
from opssight_sandbox.organisation import SERVICES, Service

STEPS = ("Set up job", "Check out", "Restore cache", "Install", "Run", "Upload results")


@dataclass(frozen=True, slots=True)
class JobPlan:
    """One job: what it is called, its share of the run's time, what it waits for and where it runs."""

    name: str
    share: float
    needs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ("ubuntu-latest",)


CI = (
    JobPlan("lint", 0.25),
    JobPlan("build", 0.45),
    JobPlan("unit tests", 0.55, ("build",)),
    JobPlan("integration tests", 0.55, ("build",), ("self-hosted", "large")),
)
DEPLOY = (JobPlan("staging", 0.4), JobPlan("production", 0.6, ("staging",), ("self-hosted", "deploy")))
NIGHTLY = (JobPlan("end-to-end", 0.7, (), ("self-hosted", "large")), JobPlan("dependency audit", 0.3))
SMOKE = (JobPlan("smoke", 1.0),)
PIPELINES = {"ci": CI, "deploy": DEPLOY, "nightly": NIGHTLY, "smoke": SMOKE}
MINUTES = {"deploy": 4.0, "nightly": 22.0, "smoke": 0.6}
CRONS = {"nightly": "30 2 * * *"}


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One attempt of one run, from its creation to its end; attempts share the `id`, success has no `failing_job`."""

    service: Service
    pipeline: str
    id: str
    attempt: int
    event: str
    branch: str
    sha: str
    title: str
    actor: str
    created_at: datetime
    begins_at: datetime
    minutes: float
    failing_job: str
    is_cancelled: bool
    pull_request: int | None = None

    @property
    def ends_at(self) -> datetime:
        """Return when the attempt ends: behind the last of its jobs."""
        return max(ended for _, _, ended in self.jobs())

    def jobs(self) -> list[tuple[JobPlan, datetime, datetime]]:
        """Return the jobs that run, with their begin and end; a job behind a failed one does not."""
        ends: dict[str, datetime] = {}
        found = []
        for plan in PIPELINES[self.pipeline]:
            if self.failing_job in plan.needs or any(need not in ends for need in plan.needs):
                continue
            begin = max([self.begins_at, *(ends[need] for need in plan.needs)])
            share = 0.3 if plan.name == self.failing_job else plan.share
            end = begin + timedelta(minutes=self.minutes * share)
            ends[plan.name] = end
            found.append((plan, begin, end))
        return found


def runs_of(service: Service, day: date, seed: int) -> Iterator[RunPlan]:
    """Yield every attempt that the changes of a day and its nightly schedule start, in no order."""
    for change in changes_of(service, day, seed):
        yield from _of_change(change, Random(f"{seed}:runs:{service.name}:{change.number}"), seed)
    random = Random(f"{seed}:nightly:{service.name}:{day}")
    at = datetime.combine(day, time(2, 30, random.randrange(40)), UTC)
    sha = f"{random.getrandbits(160):040x}"
    yield from _attempts(
        _First(service, "nightly", f"n{day:%y%m%d}", "schedule", "main", sha, "Nightly", "scheduler", at), random, seed
    )


def smoke_runs(since: datetime, until: datetime, seed: int, *, every: int = 1) -> Iterator[RunPlan]:
    """Yield the smoke run of each minute, or of those that `every` divides, for one service after the other."""
    minute = since.replace(second=0, microsecond=0)
    while (minute := minute + timedelta(minutes=1)) <= until:
        if int(minute.timestamp() // 60) % every:
            continue
        service = SERVICES[int(minute.timestamp() // 60) % len(SERVICES)]
        random = Random(f"{seed}:smoke:{minute}")
        sha = f"{random.getrandbits(160):040x}"
        first = _First(
            service, "smoke", f"s{minute:%y%m%d%H%M}", "schedule", "main", sha, "Smoke test", "scheduler", minute
        )
        yield from _attempts(first, random, seed)


@dataclass(frozen=True, slots=True)
class _First:
    service: Service
    pipeline: str
    number: str
    event: str
    branch: str
    sha: str
    title: str
    actor: str
    at: datetime
    pull_request: int | None = None


def _of_change(change: Change, random: Random, seed: int) -> Iterator[RunPlan]:
    service, number = change.service, change.number
    pushed = change.opened_at
    for place, sha in enumerate(change.shas):
        key = f"p{number}-{place}"
        opened = _First(
            service, "ci", key, "pull_request", change.branch, sha, change.title, change.author, pushed, number
        )
        yield from _attempts(opened, random, seed)
        pushed += (change.reviewed_at - change.opened_at) / max(len(change.shas), 1)
    if change.merged_at is None:
        return
    title = f"{change.title} (#{number})"
    merged = _First(
        service, "ci", f"m{number}", "push", "main", change.merge_sha, title, change.reviewer, change.merged_at
    )
    attempts = list(_attempts(merged, random, seed))
    yield from attempts
    if not attempts[-1].failing_job and not attempts[-1].is_cancelled:
        at = attempts[-1].ends_at + timedelta(seconds=20)
        deploy = _First(
            service, "deploy", f"d{number}", "workflow_run", "main", change.merge_sha, title, change.reviewer, at
        )
        yield from _attempts(deploy, random, seed)


def _attempts(first: _First, random: Random, seed: int) -> Iterator[RunPlan]:
    """Yield the attempt, and the next one where somebody re-ran it; a smoke run is followed by the next minutes'."""
    service, plans = first.service, PIPELINES[first.pipeline]
    is_flaky = random.random() < service.flaky_rate
    is_red = random.random() < _failure_rate(first, seed)
    is_cancelled = random.random() < 0.02 and first.event == "pull_request"
    failing = random.choice(plans).name if (is_flaky or is_red) and not is_cancelled else ""
    attempt = _attempt(first, 1, first.at, failing, is_cancelled, random)
    yield attempt
    if failing and first.pipeline != "smoke" and (is_flaky or random.random() < 0.25):
        again = attempt.ends_at + timedelta(minutes=random.uniform(2, 25))
        yield _attempt(first, 2, again, "" if is_flaky else failing, is_cancelled=False, random=random)


def _attempt(
    first: _First,
    number: int,
    at: datetime,
    failing: str,
    is_cancelled: bool,
    random: Random,
) -> RunPlan:
    minutes = MINUTES.get(first.pipeline, first.service.build_minutes) * random.lognormvariate(0, 0.18)
    return RunPlan(
        service=first.service,
        pipeline=first.pipeline,
        id=f"{first.service.name}-{first.number}",
        attempt=number,
        event=first.event,
        branch=first.branch,
        sha=first.sha,
        title=first.title,
        actor=first.actor,
        created_at=first.at,
        begins_at=at + timedelta(seconds=_queue_seconds(at, random)),
        minutes=minutes * _drift(first.service, at),
        failing_job=failing,
        is_cancelled=is_cancelled,
        pull_request=first.pull_request,
    )


def _failure_rate(first: _First, seed: int) -> float:
    """Return the share of failures: much higher in the few hours a week in which a service's main branch is broken."""
    week = first.at.isocalendar()
    random = Random(f"{seed}:spell:{first.service.name}:{week.year}:{week.week}")
    begins = random.uniform(0, 7 * 24)
    hours = (first.at.weekday() * 24 + first.at.hour + first.at.minute / 60) - begins
    is_broken = 0 <= hours < random.uniform(2, 9)
    base = first.service.failure_rate * (0.15 if first.pipeline == "smoke" else 1.0)
    return 0.85 if is_broken and first.pipeline != "smoke" else base


def _queue_seconds(at: datetime, random: Random) -> float:
    """Return the wait for a runner: long at the busy hours of a working day, and on the day when runners are short."""
    is_busy = at.weekday() < 5 and at.hour in (9, 10, 11, 14, 15)
    is_short = at.toordinal() % 37 == 11
    return random.lognormvariate(2.2 + 1.1 * is_busy + 1.6 * is_short, 0.7)


def _drift(service: Service, at: datetime) -> float:
    """Return how much slower a service's runs have become, a stair each quarter of a year, back to one after it."""
    days = at.toordinal() % 90
    return 1 + service.slows_down * max(0.0, min(1.0, (days - 50) / 10))
