"""Runs planned ahead: their jobs, when they begin and end, and how; what changes and clocks start is made of these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from opssight_sandbox.organisation import Service

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
    version: str = ""

    @property
    def ends_at(self) -> datetime:
        """Return when the attempt ends: behind the last of its jobs."""
        return max(ended for _, _, ended in self.jobs())

    @property
    def is_green(self) -> bool:
        """Return whether it succeeds."""
        return not self.failing_job and not self.is_cancelled

    def deployment_id(self, environment: str, service: str) -> str:
        """Return the id of what it delivers of a service to an environment."""
        name = f"{self.id}-{self.attempt}-{environment}"
        return f"{name}-{service}" if self.service.parts else name

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


@dataclass(frozen=True, slots=True)
class First:
    """What starts a run: where, by whom, on which commit; `is_safe` where it is known to succeed at once."""

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
    version: str = ""
    is_safe: bool = False


def attempts_of(first: First, random: Random, seed: int) -> Iterator[RunPlan]:
    """Yield the attempt, and the next one where somebody re-ran it; a smoke run is followed by the next minutes'."""
    service, plans = first.service, PIPELINES[first.pipeline]
    is_flaky = random.random() < service.flaky_rate
    is_red = random.random() < _failure_rate(first, seed)
    is_cancelled = random.random() < 0.02 and first.event == "pull_request"
    is_failing = (is_flaky or is_red) and not is_cancelled and not first.is_safe
    failing = random.choice(plans).name if is_failing else ""
    attempt = _attempt(first, 1, first.at, failing, is_cancelled, random)
    yield attempt
    if failing and first.pipeline != "smoke" and (is_flaky or random.random() < 0.25):
        again = attempt.ends_at + timedelta(minutes=random.uniform(2, 25))
        yield _attempt(first, 2, again, "" if is_flaky else failing, is_cancelled=False, random=random)


def _attempt(
    first: First,
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
        version=first.version,
    )


def _failure_rate(first: First, seed: int) -> float:
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
