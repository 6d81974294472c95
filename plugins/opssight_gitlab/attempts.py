"""Attempts of a pipeline: GitLab keeps a pipeline's id when jobs are retried, so they follow from its jobs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from datasource_server import sdk
from opssight_gitlab.words import Json, latest, moment, moment_or_none, to_status

WORDS: tuple[tuple[sdk.Status, str], ...] = (
    ("failure", "failed"),
    ("cancelled", "canceled"),
    ("success", "success"),
    ("skipped", "skipped"),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: `jobs` are those that counted in it, `own` those that were made or ran in it first."""

    number: int
    begun_at: datetime
    jobs: Sequence[Json]
    own: Sequence[Json]

    def conclusion(self) -> str:
        """Return GitLab's word for how it ended, by those of its jobs that have; what may fail does not count."""
        ended = [job for job in self.jobs if to_status(job["status"]) not in ("queued", "running")]
        strict = [to_status(job["status"]) for job in ended if not job.get("allow_failure")]
        lenient = ["success" for job in ended if job.get("allow_failure")]
        words = {*strict, *lenient}
        return next((word for status, word in WORDS if status in words), "canceled")

    def ended_at(self) -> datetime:
        """Return when the last of its jobs ended; never before it began."""
        return latest([self.begun_at, *(moment_or_none(job.get("finished_at")) for job in self.jobs)]) or self.begun_at

    def queued_seconds(self) -> float | None:
        """Return how long it waited for its first job's start."""
        starts = [moment(job["started_at"]) for job in self.own if job.get("started_at")]
        return max(0.0, (min(starts) - self.begun_at).total_seconds()) if starts else None

    def actor(self) -> Json | None:
        """Return who asked for it, if it is not the first."""
        return next((job["user"] for job in self.own if job.get("user")), None)


def attempts_of(pipeline: Json, jobs: Sequence[Json]) -> list[Attempt]:
    """Return a pipeline's attempts, the first first; a pipeline without jobs has one."""
    ordered = sorted(jobs, key=lambda job: int(job["id"]))
    begins = _begins(pipeline, ordered)
    numbers = _numbers(ordered, begins)
    last = max([1, *numbers.values()])
    return [_attempt(number, ordered, numbers, begins) for number in range(1, last + 1)]


def numbers_of(pipeline: Json, jobs: Sequence[Json]) -> dict[str, int]:
    """Return job id → the attempt that it belongs to."""
    ordered = sorted(jobs, key=lambda job: int(job["id"]))
    return _numbers(ordered, _begins(pipeline, ordered))


def _places(ordered: Sequence[Json]) -> list[tuple[Json, int]]:
    """Return each job with its place among the jobs of its name."""
    seen: Counter[str] = Counter()
    places = []
    for job in ordered:
        seen[job["name"]] += 1
        places.append((job, seen[job["name"]]))
    return places


def _begins(pipeline: Json, ordered: Sequence[Json]) -> dict[int, datetime]:
    """Return when each attempt began: the first with the pipeline, others with the first job that was made again."""
    begins = {1: moment(pipeline["created_at"])}
    for job, place in _places(ordered):
        if place > 1:
            created = moment(job["created_at"])
            begins[place] = min(begins.get(place, created), created)
    return begins


def _numbers(ordered: Sequence[Json], begins: Mapping[int, datetime]) -> dict[str, int]:
    """Return job id → attempt: a job's place among those of its name, or the later attempt that it ran in first.

    GitLab does not make a skipped job again when a retry lets it run at last.
    """
    numbers: dict[str, int] = {}
    last: dict[str, int] = {}
    for job, place in _places(ordered):
        number = max(place, _running_at(job, begins), last.get(job["name"], 0) + 1)
        numbers[str(job["id"])] = last[job["name"]] = number
    return numbers


def _running_at(job: Json, begins: Mapping[int, datetime]) -> int:
    if (started_at := moment_or_none(job.get("started_at"))) is None:
        return 1
    return max((number for number, begun_at in begins.items() if begun_at <= started_at), default=1)


def _attempt(
    number: int, ordered: Sequence[Json], numbers: Mapping[str, int], begins: Mapping[int, datetime]
) -> Attempt:
    counted = {job["name"]: job for job in ordered if numbers[str(job["id"])] <= number}
    own = [job for job in ordered if numbers[str(job["id"])] == number]
    begun_at = begins.get(number) or min(moment(job["created_at"]) for job in own)
    return Attempt(number, begun_at, list(counted.values()), own)
