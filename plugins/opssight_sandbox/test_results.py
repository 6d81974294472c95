"""What the test reports of the sandbox's CI jobs say: forty tests a run, a few slow, a few flaky, one the culprit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

from datasource_server import sdk
from opssight_sandbox.organisation import Service
from opssight_sandbox.plans import RunPlan

KEPT = timedelta(days=30)
"""Reports are older than runs nowhere: before that they have expired."""
NOUNS = ("total", "voucher", "session", "cursor", "export", "tariff", "ledger", "basket", "invoice", "region")
DEEDS = {"unit tests": ("is kept", "is rounded", "is refused"), "integration tests": ("survives a restart",)}
SUITES = {"unit tests": "unit", "integration tests": "integration"}
FLAKY = 0.06
"""How often one of the two flaky tests of a service fails at first and passes when it is tried again."""


def test_rows(plan: RunPlan, now: datetime) -> Iterator[sdk.Row]:
    """Yield the results of the tests of a run's jobs that have ended."""
    if plan.pipeline != "ci" or plan.is_cancelled or plan.created_at < now - KEPT:
        return
    for job, _begin, end in plan.jobs():
        if job.name in DEEDS and end <= now:
            yield from _of_job(plan, job.name, end)


def _of_job(plan: RunPlan, job: str, end: datetime) -> Iterator[sdk.Row]:
    random = Random(f"tests:{plan.id}:{plan.attempt}:{job}")
    names = [f"{noun} {deed}" for noun in _nouns(plan.created_at) for deed in DEEDS[job]]
    culprit = random.choice(names) if plan.failing_job == job else ""
    wobbly = Random(f"wobbly:{plan.service.name}:{job}").sample(names, 2)
    for place, name in enumerate(names):
        is_flaky = name in wobbly and random.random() < FLAKY and name != culprit
        yield sdk.TestResult(
            run_id=plan.id,
            attempt=plan.attempt,
            job_id=f"{plan.id}-{plan.attempt}-{job.replace(' ', '-')}",
            repo=plan.service.repo,
            pipeline=plan.pipeline,
            branch=plan.branch,
            sha=plan.sha,
            suite=f"{SUITES[job]} › {name.split()[0]}",
            name=name,
            file=f"tests/{SUITES[job]}/test_{name.split()[0]}",
            status="failed" if name == culprit else "skipped" if place == len(names) - 1 else "passed",
            tries=2 if is_flaky else 1,
            is_flaky=is_flaky,
            duration_seconds=round(_seconds(plan.service, name) * random.lognormvariate(0, 0.2), 3),
            message=f"expected the {name.split()[0]} to hold, found {random.randrange(90)}" if name == culprit else "",
            ran_at=end,
        )


def _nouns(at: datetime) -> tuple[str, ...]:
    """Return what is tested: each week one thing more, and one of old less."""
    week = at.isocalendar().week
    gone = {NOUNS[week % len(NOUNS)]}
    return (*(noun for noun in NOUNS if noun not in gone), f"limit {week}")


@lru_cache(maxsize=1_024)
def _seconds(service: Service, name: str) -> float:
    """Return how long a test usually takes; one in ten is slow."""
    random = Random(f"seconds:{service.name}:{name}")
    return random.uniform(4, 30) if random.random() < 0.1 else random.lognormvariate(-2, 1)
