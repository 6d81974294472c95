"""GitLab's pipelines and jobs as rows. Pure functions of GitLab's JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from datasource_server import sdk
from opssight_gitlab.attempts import Attempt, attempts_of
from opssight_gitlab.ci_file import Definition
from opssight_gitlab.words import (
    Json,
    changed_at,
    first_line,
    is_open,
    login,
    merge_request_number,
    moment,
    moment_or_none,
    to_event,
    to_pipeline_name,
    to_status,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a project's pipelines do not say themselves.

    `heads` and `titles` are the source branches and titles of merge requests by number, `definition` is what the
    pipeline file says.
    """

    repo: str
    default_branch: str
    heads: Mapping[int, str] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    definition: Definition = field(default_factory=Definition)

    def branch(self, pipeline: Json) -> str:
        """Return the branch or tag that a pipeline ran on; of a merge request its source branch."""
        number = merge_request_number(pipeline.get("ref"))
        return self.heads.get(number, "") if number else pipeline.get("ref") or ""


def to_runs(pipeline: Json, jobs: Sequence[Json], origin: Origin) -> list[sdk.PipelineRun]:
    """Return a row for each attempt of a pipeline."""
    attempts = attempts_of(pipeline, jobs)
    shared = _shared(pipeline, jobs, origin)
    ended = [_earlier(pipeline, attempt, following, shared) for attempt, following in pairwise(attempts)]
    return [*ended, _last(pipeline, attempts[-1], shared)]


def _shared(pipeline: Json, jobs: Sequence[Json], origin: Origin) -> dict[str, Any]:
    """Return the columns that all attempts of a pipeline have in common."""
    branch, number = origin.branch(pipeline), merge_request_number(pipeline.get("ref"))
    is_branch = bool(branch) and not number and not pipeline.get("tag")
    title = _title(pipeline, jobs, origin)
    known = {"title": title} if title else {}
    return known | {
        "id": str(pipeline["id"]),
        "number": pipeline.get("iid"),
        "repo": origin.repo,
        "url": pipeline.get("web_url") or "",
        "pipeline": to_pipeline_name(pipeline),
        "branch": branch,
        "is_default_branch": is_branch and branch == origin.default_branch,
        "sha": pipeline.get("sha") or "",
        "event": to_event(pipeline.get("source")),
        "created_at": moment(pipeline["created_at"]),
        "pull_request": number,
    }


def _title(pipeline: Json, jobs: Sequence[Json], origin: Origin) -> str:
    """Return what a pipeline is about: its merge request, its schedule, or else its commit, which its jobs tell."""
    if (number := merge_request_number(pipeline.get("ref"))) and number in origin.titles:
        return origin.titles[number]
    if pipeline.get("source") == "schedule":
        return to_pipeline_name(pipeline)
    commits = [pipeline.get("commit"), *(job.get("commit") for job in jobs)]
    return next((first_line(each.get("title") or each.get("message")) for each in commits if each), "")


def _earlier(pipeline: Json, attempt: Attempt, following: Attempt, shared: dict[str, Any]) -> sdk.PipelineRun:
    """Return the row of an attempt that was followed by another; what it was last told as is older than that."""
    word, ended_at = attempt.conclusion(), attempt.ended_at()
    return sdk.PipelineRun(
        **shared,
        **_begin(pipeline, attempt),
        status=to_status(word),
        conclusion=word,
        finished_at=ended_at,
        updated_at=max(ended_at, following.begun_at),
    )


def _last(pipeline: Json, attempt: Attempt, shared: dict[str, Any]) -> sdk.PipelineRun:
    word = pipeline["status"]
    ended_at = moment_or_none(pipeline.get("finished_at")) or changed_at(pipeline)
    return sdk.PipelineRun(
        **shared,
        **_begin(pipeline, attempt),
        status=to_status(word),
        conclusion=word,
        finished_at=None if is_open(word) else max(ended_at, attempt.begun_at),
        updated_at=changed_at(pipeline),
    )


def _begin(pipeline: Json, attempt: Attempt) -> dict[str, Any]:
    again = attempt.actor() if attempt.number > 1 else None
    return {
        "attempt": attempt.number,
        "actor": login(again or pipeline.get("user")),
        "started_at": attempt.begun_at,
        "queued_seconds": attempt.queued_seconds(),
    }
