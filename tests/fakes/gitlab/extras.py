"""What a GitLab knows and the shared world does not: severities, reports of single jobs, jobs held for a person."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fakes.github.issues import Issue, open_issue
from tests.fakes.github.model import Job, Repository, Run
from tests.fakes.github.world import World

FAR = 10 * 365 * 86_400
SEVERITIES = ("UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL")


@dataclass(frozen=True, slots=True)
class Report:
    """A JUnit file that a job uploaded. Only what is in the archive too can be downloaded through the API."""

    path: str
    xml: bytes
    is_in_archive: bool = True


@dataclass(slots=True)
class Extras:
    """The store beside the world; one for each fake."""

    severities: dict[int, str] = field(default_factory=dict)
    incidents: set[int] = field(default_factory=set)
    reports: dict[int, list[Report]] = field(default_factory=dict)
    manual: set[int] = field(default_factory=set)
    expired: set[int] = field(default_factory=set)
    erased: dict[int, int] = field(default_factory=dict)
    may_fail: set[str] = field(default_factory=set)

    def open_issue(
        self,
        world: World,
        repository: Repository,
        title: str,
        *,
        labels: tuple[str, ...] = ("incident",),
        severity: str = "UNKNOWN",
        is_incident: bool = False,
    ) -> Issue:
        """An issue of the world that somebody opens now; `is_incident` makes it one of GitLab's own incidents."""
        if severity not in SEVERITIES:
            raise ValueError(f"unknown severity {severity!r}: one of {SEVERITIES}")
        issue = open_issue(world, repository, title, labels)
        self.severities[issue.id] = severity
        if is_incident:
            self.incidents.add(issue.id)
        return issue

    def severity_of(self, issue: Issue) -> str:
        """GitLab's word for how bad it is."""
        return self.severities.get(issue.id, "UNKNOWN")

    def kind_of(self, issue: Issue) -> str:
        """`issue` or `incident`."""
        return "incident" if issue.id in self.incidents else "issue"

    def add_report(self, job: Job, xml: bytes, path: str = "report.xml", *, is_in_archive: bool = True) -> Report:
        """A JUnit report of a job."""
        report = Report(path, xml, is_in_archive)
        self.reports.setdefault(job.id, []).append(report)
        return report

    def hold(self, world: World, run: Run) -> Job:
        """Makes the last job of a pipeline one that a person has to start; the rest of it ends by itself."""
        with world.lock:
            job = run.latest.jobs[-1]
            job.started_at = job.finished_at = run.latest.finished_at = world.now + FAR
            self.manual.add(job.id)
            return job

    def play(self, world: World, run: Run, job: Job, seconds: int = 60) -> None:
        """Starts a job that waited for it."""
        with world.lock:
            self.manual.discard(job.id)
            job.conclusion, job.created_at, job.started_at = "success", world.now, world.now + 2
            job.finished_at = run.latest.finished_at = world.now + 2 + seconds
            run.latest.conclusion = "success"
