"""Which jobs are flaky by evidence: both results on one commit, without what the platform broke. Pure functions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp

from opssight_ci.settings import Flakiness

PRIOR_EXECUTIONS = 5_000
"""How many executions the setting `background` weighs against those of the repository."""

APART = timedelta(hours=4)
"""Flips of one job closer together than this are one occasion: what lasts for hours may be an outage of its own."""

Series = tuple[str, str, str, str]
"""source, repo, pipeline, name of the job."""

Slot = tuple[str, str, int]
"""source, scope (a runner label, a repository, or all), and number of the stretch of time."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One job as it ended."""

    job: str
    run: str
    attempt: int
    ended_at: datetime
    seconds: float
    label: str = ""
    is_worded: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Flip:
    """One job that failed and passed on one commit."""

    series: Series
    sha: str
    failed: Sequence[Execution]
    passed: Sequence[Execution]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Runs that ended in one slot, how many of them failed, and the usual share of failures there."""

    ended: int
    failed: int
    usual: float


@dataclass(slots=True)
class Evidence:
    """What speaks for and against one job: flips that count, and failures that were put down to the platform."""

    executions: int = 0
    failures: int = 0
    flips: list[Flip] = field(default_factory=list)
    excused: list[tuple[Flip, Execution, str]] = field(default_factory=list)
    probability: float = 1.0
    is_flaky: bool = False

    @property
    def flaky_failures(self) -> int:
        """Return how many executions failed without their commit's fault."""
        return sum(len(flip.failed) for flip in self.flips)

    @property
    def occasions(self) -> int:
        """Return on how many occasions it flipped, far enough apart to have nothing to do with each other."""
        last, count = None, 0
        for moment in sorted(each.ended_at for flip in self.flips for each in flip.failed[-1:]):
            if last is None or moment - last >= APART:
                last, count = moment, count + 1
        return count


def tail(count: int, expected: float) -> float:
    """Return the probability of `count` or more rare events where `expected` are expected (Poisson)."""
    term, below = exp(-expected), 0.0
    for place in range(count):
        below += term
        term *= expected / (place + 1)
    return max(0.0, 1.0 - below)


def judged(
    flips: Iterable[Flip],
    totals: Mapping[Series, tuple[int, int]],
    crowds: Mapping[Slot, Crowd],
    rules: Flakiness,
) -> dict[Series, Evidence]:
    """Return the evidence about each job that has both results on a commit.

    `totals` are a job's executions and how many of them failed.
    """
    flips = list(flips)
    excuse = Excuse(flips, crowds, rules)
    found: dict[Series, Evidence] = {}
    for flip in flips:
        evidence = found.setdefault(flip.series, Evidence(*totals.get(flip.series, (0, 0))))
        reasons = [(each, excuse.reason(flip, each)) for each in flip.failed]
        evidence.excused += [(flip, each, reason) for each, reason in reasons if reason]
        if own := [each for each, reason in reasons if not reason]:
            evidence.flips.append(Flip(flip.series, flip.sha, own, flip.passed))
    for repo, jobs in _by_repo(found).items():
        others = sum(total[0] for series, total in totals.items() if series[:2] == repo and series not in found)
        _decide(jobs, others, rules)
    return found


class Excuse:
    """Tells failures of the platform from a job's own."""

    def __init__(self, flips: Sequence[Flip], crowds: Mapping[Slot, Crowd], rules: Flakiness) -> None:
        self._rules = rules
        self._crowds = crowds
        self._seconds = slot_seconds(rules)
        self._together: Counter[tuple[str, str, int]] = Counter()
        for flip in flips:
            self._together.update({(flip.series[0], each.run, each.attempt) for each in flip.failed})

    def reason(self, flip: Flip, failure: Execution) -> str:
        """Return why a failure is put down to the platform: its own words, or that it did not come alone; else ""."""
        source, repo = flip.series[:2]
        if failure.is_worded:
            return "its conclusion, step or log names the platform"
        if (together := self._together[source, failure.run, failure.attempt]) >= self._rules.together:
            return f"{together} jobs of the attempt failed and passed on this commit"
        crowded = (scope for scope in scopes(repo, failure.label) if self._is_crowd(source, scope, failure))
        return f"many runs failed at once: {scope}" if (scope := next(crowded, "")) else ""

    def _is_crowd(self, source: str, scope: str, failure: Execution) -> bool:
        slot = slot_of(failure.ended_at, self._seconds)
        near = [each for place in (-1, 0, 1) if (each := self._crowds.get((source, scope, slot + place)))]
        failed = sum(each.failed for each in near)
        expected = sum(each.ended * each.usual for each in near)
        return failed >= self._rules.crowd and tail(failed, expected) < 0.001


def scopes(repo: str, label: str) -> tuple[str, str, str]:
    """Return where a fault of the platform may strike: a repository, the runners of a label, everything."""
    return f"repository {repo}", f"label {label}", "everywhere"


def slot_seconds(rules: Flakiness) -> int:
    """Return how long a slot is: three of them, side by side, are the stretch in which a crowd is looked for."""
    return max(rules.crowd_minutes * 60 // 3, 1)


def slot_of(moment: datetime, seconds: int) -> int:
    """Return the number of the slot that a moment lies in."""
    return int(moment.timestamp()) // seconds


def _by_repo(found: Mapping[Series, Evidence]) -> Mapping[tuple[str, str], list[Evidence]]:
    repos: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for series, evidence in found.items():
        repos[series[0], series[1]].append(evidence)
    return repos


def _decide(jobs: Sequence[Evidence], others: int, rules: Flakiness) -> None:
    """Call those jobs of a repository flaky that flip too often for chance; the rest tell what chance is there."""
    rate = rules.background
    for _ in range(3):
        for job in jobs:
            job.probability = tail(job.occasions, job.executions * rate) if job.flips else 1.0
            job.is_flaky = job.probability < rules.chance
        calm = [job for job in jobs if not job.is_flaky]
        executions = others + sum(job.executions for job in calm)
        flips = sum(job.occasions for job in calm)
        rate = (rules.background * PRIOR_EXECUTIONS + flips) / (PRIOR_EXECUTIONS + executions)


def answer(flip: Flip, failed: Execution) -> Execution:
    """Return the success that answers a failure of a flip: the first one after it, else the last before."""
    later = [each for each in flip.passed if each.ended_at >= failed.ended_at]
    return min(later, key=_when) if later else max(flip.passed, key=_when)


def seconds_lost(flip: Flip, failed: Execution) -> float:
    """Return how long runners were busy with a failure, and with its repeat where that succeeded next."""
    passed = answer(flip, failed)
    between = any(failed.ended_at < each.ended_at <= passed.ended_at for each in flip.failed)
    is_repeat = passed.ended_at >= failed.ended_at and not between
    return failed.seconds + (passed.seconds if is_repeat else 0.0)


def span(flips: Sequence[Flip]) -> tuple[datetime, datetime]:
    """Return when the first and the last failure of some flips ended."""
    moments = [each.ended_at for flip in flips for each in flip.failed]
    return min(moments), max(moments)


def _when(execution: Execution) -> datetime:
    return execution.ended_at
