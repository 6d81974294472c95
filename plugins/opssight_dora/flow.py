"""Flow: how long a merged pull request spent in each stage, from its first commit to production."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from opssight_dora.changes import Story
from opssight_dora.pulls import Pull

Stages = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Landing:
    """When a pull request first reached production, of which service; or why that is not told."""

    service: str
    deployed_at: datetime | None = None
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """The stages of one pull request in seconds; a stage that is not known is named in `left_out`, with its reason."""

    pull: Pull
    landing: Landing
    stages: Stages
    left_out: str


def landings(stories: Iterable[Story]) -> dict[str, Landing]:
    """Return where each commit landed first, by its id: in the earliest of the deliveries that contain it."""
    found: dict[str, Landing] = {}
    for story in stories:
        for sha, place in story.first.items():
            delivery = story.stream[place]
            held = found.get(sha)
            if held is None or (held.deployed_at and delivery.ended_at < held.deployed_at):
                reason = story.leads[delivery.key].left_out if place == 0 else ""
                found[sha] = Landing(delivery.service, delivery.ended_at, reason)
    return found


def flow(pull: Pull, landing: Landing) -> Flow:
    """Return the stages of a pull request.

    Where nobody approved it, it counts as ready for CI and merge since the step before: its review, or its opening.
    """
    reviewed = _before(pull.first_review_at, pull.merged_at)
    approved = _before(pull.approved_at, pull.merged_at)
    ready = approved or reviewed or pull.created_at
    green = max(pull.ci_at, ready) if pull.ci_at else None
    spans: dict[str, float | str] = {
        "coding": _span(pull.first_commit_at, pull.created_at, "its first commit is not known"),
        "pickup": _span(pull.created_at, reviewed, "nobody else reviewed it before the merge"),
        "review": _span(reviewed, approved, "nobody approved it before the merge"),
        "ci": _span(ready, green, "no run of its newest commit ended before the merge"),
        "merge": _span(green or ready, pull.merged_at, ""),
        "deploy": landing.left_out or _span(pull.merged_at, landing.deployed_at, "not deployed yet"),
    }
    unknown = [f"{stage}: {reason}" for stage, reason in spans.items() if isinstance(reason, str)]
    known = {stage: None if isinstance(value, str) else value for stage, value in spans.items()}
    return Flow(pull, landing, known, "; ".join(unknown))


def _before(moment: datetime | None, merged_at: datetime) -> datetime | None:
    return moment if moment is not None and moment <= merged_at else None


def _span(first: datetime | None, last: datetime | None, reason: str) -> float | str:
    if first is None or last is None:
        return reason
    seconds = (last - first).total_seconds()
    return seconds if seconds >= 0 else "it ended before it began, so a clock is wrong or history was rewritten"
