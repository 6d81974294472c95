"""A planted world of 200 jobs: which of them are flaky is known, and much else fails beside them.

What fails: flaky jobs by chance; jobs that a commit breaks until a later commit mends them, whatever is re-run; outages
of everything, of one runner label or of one repository, half of which say so; and single faults of runners, most of
which say so. What is re-run: more than half of the failed runs, once or twice, their failed jobs only; and each night
the newest commit runs once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from datasource_server import sdk

BEGIN = datetime(2026, 8, 3, tzinfo=UTC)
REPOS, JOBS_EACH = 20, 10
LABELS = ("ubuntu-latest", "self-hosted", "gpu", "macos-14")
Series = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """How much of what the world holds."""

    flaky_jobs: int = 60
    rates: tuple[float, float] = (0.01, 0.15)
    days: int = 60
    commits_a_day: float = 7.0
    outages: int = 8
    lone_faults: float = 0.002
    silent: float = 0.15


ORDINARY = Kind()
RARE = Kind(rates=(0.01, 0.03), days=75)
NOISY = Kind(outages=24, lone_faults=0.005, silent=0.12)


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch in which what it strikes fails with a probability."""

    start: datetime
    end: datetime
    repo: str
    label: str
    share: float
    is_said: bool

    def strikes(self, at: datetime, repo: str, label: str) -> bool:
        return self.start <= at < self.end and self.repo in ("", repo) and self.label in ("", label)


@dataclass(slots=True)
class Job:
    """One planted job; `broken_until` is the number of the commit that mends it."""

    name: str
    label: str
    rate: float = 0.0
    broken_until: int = -1


@dataclass(slots=True)
class World:
    """The rows, which jobs were planted flaky, and which of these showed both results on a commit of themselves."""

    planted: set[Series] = field(default_factory=set)
    shown: set[Series] = field(default_factory=set)
    rows: list[sdk.Row] = field(default_factory=list)
    causes: dict[str, str] = field(default_factory=dict)

    def repos(self) -> list[str]:
        return sorted({row.repo for row in self.rows if isinstance(row, sdk.PipelineRun)})

    def jobs(self) -> set[tuple[str, str]]:
        return {(row.repo, row.name) for row in self.rows if isinstance(row, sdk.PipelineJob)}


def planted_world(seed: int, kind: Kind) -> World:
    return _Maker(seed, kind).made()


class _Maker:
    def __init__(self, seed: int, kind: Kind) -> None:
        self.random = Random(seed)
        self.kind = kind
        self.world = World()
        self.repos = [f"acme/service-{number}" for number in range(REPOS)]
        self.jobs = {
            repo: [Job(f"job {n}", self.random.choice(LABELS)) for n in range(JOBS_EACH)] for repo in self.repos
        }
        self.outages = [self._outage() for _ in range(kind.outages)]
        self.number = 0

    def made(self) -> World:
        everywhere = [(repo, job) for repo in self.repos for job in self.jobs[repo]]
        low, high = self.kind.rates
        for repo, job in self.random.sample(everywhere, self.kind.flaky_jobs):
            job.rate = low * (high / low) ** self.random.random()
            self.world.planted.add(("github", repo, "ci", job.name))
        for repo in self.repos:
            self._history(repo)
        return self.world

    def _outage(self) -> Outage:
        at = BEGIN + timedelta(days=self.random.uniform(0, self.kind.days))
        at = at.replace(hour=self.random.randrange(8, 17))
        scope = self.random.random()
        repo = self.random.choice(self.repos) if scope < 0.25 else ""
        label = self.random.choice(LABELS) if 0.25 <= scope < 0.6 else ""
        end = at + timedelta(minutes=self.random.uniform(25, 150))
        return Outage(at, end, repo, label, self.random.uniform(0.5, 0.95), self.random.random() < 0.5)

    def _history(self, repo: str) -> None:
        sha, number = "", 0
        for at in self._commits():
            if at.hour == 3:
                if sha:
                    self._run(repo, number, at, sha, "schedule")
                continue
            sha, number = f"{self.random.getrandbits(160):040x}", number + 1
            for job in self.jobs[repo]:
                if job.broken_until < number and self.random.random() < 0.003:
                    job.broken_until = number + self.random.randrange(1, 6)
            self._run(repo, number, at, sha, "push")

    def _commits(self) -> Iterator[datetime]:
        for day in range(self.kind.days):
            morning = BEGIN + timedelta(days=day)
            yield morning + timedelta(hours=3)
            weekend = morning.weekday() >= 5
            count = round(self.random.gauss(self.kind.commits_a_day, 2) * (0.15 if weekend else 1))
            yield from sorted(morning + timedelta(hours=self.random.triangular(7.5, 19, 13)) for _ in range(count))

    def _run(self, repo: str, commit: int, at: datetime, sha: str, event: str) -> None:
        self.number += 1
        run, jobs, begin = f"{self.number}", self.jobs[repo], at
        if self.random.random() < 0.03:
            jobs = jobs[: self.random.randrange(1, JOBS_EACH)]
        flaked: set[str] = set()
        for attempt in (1, 2, 3):
            failed, ends = [], [begin]
            for job in jobs:
                ended, cause = self._job(repo, run, attempt, commit, begin, job)
                ends.append(ended)
                if cause:
                    failed.append(job)
                if cause == "flake":
                    flaked.add(job.name)
                elif not cause and job.name in flaked:
                    self.world.shown.add(("github", repo, "ci", job.name))
            self._attempt(repo, run, attempt, sha, event, at, begin, max(ends), bool(failed))
            if not failed or self.random.random() > 0.6:
                break
            begin, jobs = max(ends) + timedelta(minutes=self.random.uniform(4, 60)), failed

    def _attempt(  # noqa: PLR0917
        self,
        repo: str,
        run: str,
        attempt: int,
        sha: str,
        event: str,
        at: datetime,
        begin: datetime,
        end: datetime,
        bad: bool,
    ) -> None:
        self.world.rows.append(
            sdk.PipelineRun(
                source="github",
                id=run,
                attempt=attempt,
                repo=repo,
                pipeline="ci",
                branch="main",
                is_default_branch=True,
                sha=sha,
                event=event,
                status="failure" if bad else "success",
                created_at=at,
                started_at=begin,
                finished_at=end,
            )
        )

    def _job(self, repo: str, run: str, attempt: int, commit: int, begin: datetime, job: Job) -> tuple[datetime, str]:
        begin += timedelta(seconds=self.random.uniform(2, 90))
        end = begin + timedelta(seconds=self.random.lognormvariate(5.5, 0.6))
        cause, said = self._cause(repo, commit, end, job)
        identity = f"{run}-{attempt}-{job.name}"
        says_in_log = said == "log"
        self.world.rows.append(
            sdk.PipelineJob(
                source="github",
                id=identity,
                run_id=run,
                attempt=attempt,
                repo=repo,
                pipeline="ci",
                name=job.name,
                runner_labels=[job.label],
                status="failure" if cause else "success",
                conclusion=("timed_out" if said == "conclusion" else "failure") if cause else "success",
                failed_step=("Set up job" if said == "step" else "Run tests") if cause else "",
                created_at=begin,
                started_at=begin,
                finished_at=end,
            )
        )
        if cause:
            self.world.causes[identity] = cause
            self._log(repo, identity, end, is_said=says_in_log)
        return end, cause

    def _cause(self, repo: str, commit: int, at: datetime, job: Job) -> tuple[str, str]:
        """Return why a job fails, and where that is said; nothing where it passes."""
        for outage in self.outages:
            if outage.strikes(at, repo, job.label) and self.random.random() < outage.share:
                return "outage", self.random.choice(("log", "conclusion", "step")) if outage.is_said else ""
        if self.random.random() < self.kind.lone_faults:
            is_said = self.random.random() > self.kind.silent
            return "fault", self.random.choice(("log", "log", "conclusion", "step")) if is_said else ""
        if job.broken_until > commit:
            return "broken", ""
        return ("flake", "") if self.random.random() < job.rate else ("", "")

    def _log(self, repo: str, job: str, at: datetime, *, is_said: bool) -> None:
        told = "The runner has received a shutdown signal." if is_said else "AssertionError: 3 != 4"
        for line, text in enumerate(("collected 40 items", told, "exit code 1"), 100):
            self.world.rows.append(
                sdk.JobLogLine(source="github", job_id=job, line=line, repo=repo, logged_at=at, text=text)
            )
