"""Pipeline schedules: one for each cron line of a workflow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tests.fakes.github.model import Repository, Run, Workflow
from tests.fakes.github.moments import moment

FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
MINUTES_AHEAD = 8 * 1_440


@dataclass(frozen=True, slots=True)
class PipelineSchedule:
    """One cron line; GitLab knows no workflow, only a description and the pipelines that it started."""

    id: int
    repository: Repository
    workflow: Workflow
    cron: str
    place: int

    @property
    def description(self) -> str:
        """What its owner called it."""
        return self.workflow.name

    @property
    def is_active(self) -> bool:
        """False once it was switched off."""
        return self.workflow.state == "active"

    def runs(self, now: int) -> list[Run]:
        """What it started by now, oldest first; the lines of one workflow take turns."""
        lines = len(self.workflow.crons)
        return [
            run
            for run in self.repository.runs
            if run.workflow is self.workflow
            and run.event == "schedule"
            and run.created_at <= now
            and run.number % lines == self.place
        ]

    def last_run(self, now: int) -> Run | None:
        """The newest of them."""
        found = self.runs(now)
        return found[-1] if found else None

    def next_at(self, now: int) -> int | None:
        """The first full minute after now that the cron line means, if it is active and due within eight days."""
        first = now - now % 60 + 60
        due = (at for at in range(first, first + MINUTES_AHEAD * 60, 60) if is_due(self.cron, at))
        return next(due, None) if self.is_active else None


def schedules_of(repository: Repository) -> list[PipelineSchedule]:
    """The schedules of a project."""
    return list(_schedules(repository))


def _schedules(repository: Repository) -> Iterator[PipelineSchedule]:
    for workflow in repository.workflows:
        for place, cron in enumerate(workflow.crons):
            yield PipelineSchedule(workflow.id * 10 + place, repository, workflow, cron, place)


def is_due(cron: str, at: int) -> bool:
    """Whether a cron line of numbers, ranges, lists and stars means this minute, in UTC."""
    when = moment(at)
    found = (when.minute, when.hour, when.day, when.month, (when + timedelta(days=1)).weekday())
    fields = zip(cron.split(), found, FIELDS, strict=True)
    return all(value in _values(text, *span) for text, value, span in fields)


def _values(text: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        begin, _, end = span.partition("-")
        first = low if span == "*" else int(begin)
        last = high if span == "*" else int(end or begin)
        found.update(range(first, last + 1, int(step or 1)))
    return found
