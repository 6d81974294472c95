"""GitLab's words for statuses, events, tiers, severities and people, in OpsSight's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import re2  # type: ignore[import-untyped]

from datasource_server import sdk

Json = Mapping[str, Any]

STATUSES: Mapping[str, sdk.Status] = {
    "created": "queued",
    "waiting_for_resource": "queued",
    "waiting_for_callback": "queued",
    "preparing": "queued",
    "pending": "queued",
    "scheduled": "queued",
    "manual": "queued",
    "blocked": "queued",
    "running": "running",
    "canceling": "running",
    "success": "success",
    "failed": "failure",
    "canceled": "cancelled",
    "skipped": "skipped",
}
OPEN = tuple(word for word, status in STATUSES.items() if status in ("queued", "running"))
EVENTS: Mapping[str, str] = {
    "merge_request_event": "pull_request",
    "external_pull_request_event": "pull_request",
    "web": "workflow_dispatch",
    "api": "workflow_dispatch",
    "webide": "workflow_dispatch",
    "chat": "workflow_dispatch",
    "trigger": "repository_dispatch",
    "pipeline": "workflow_call",
    "parent_pipeline": "workflow_call",
}
UNNAMED: Mapping[str, str] = {"schedule": "scheduled pipeline", "parent_pipeline": "child pipeline"}
TIERS: tuple[tuple[sdk.Tier, Any], ...] = (
    ("staging", re2.compile(r"(?i)\b(staging|stage|stg|pre-?prod|preproduction|uat|qa)\b")),
    ("production", re2.compile(r"(?i)\b(production|prod|prd|live)\b")),
    ("testing", re2.compile(r"(?i)\b(test|tests|testing|e2e|integration|ci)\b")),
    ("development", re2.compile(r"(?i)\b(development|develop|dev|preview|review|sandbox|local)\b")),
)
TIER_WORDS: tuple[sdk.Tier, ...] = ("production", "staging", "testing", "development", "other")
REF_OF_A_MERGE_REQUEST = re2.compile(r"^refs/merge-requests/(\d+)/")
SPACED_ZONE = re2.compile(r" ([+-]\d\d:?\d\d)$")


def to_status(word: str) -> sdk.Status:
    """Return OpsSight's word; a word that is not known counts as queued."""
    return STATUSES.get(word, "queued")


def is_open(word: str) -> bool:
    """Return whether a pipeline or job of that status will go on."""
    return word in OPEN or to_status(word) == "queued"


def to_event(source: str | None) -> str:
    """Return what started a pipeline, in the words that all forges share; others stay as GitLab has them."""
    return EVENTS.get(source or "", source or "")


def to_pipeline_name(pipeline: Json) -> str:
    """Return a pipeline's name: the one that its `workflow:name` gives it, else by what started it.

    Runs of schedules and child pipelines hold other jobs than those of pushes, so they are told apart.
    """
    return pipeline.get("name") or UNNAMED.get(pipeline.get("source") or "", "pipeline")


def to_tier(environment: str, tier: str | None = None) -> sdk.Tier:
    """Return an environment's tier: the one that GitLab knows, else the one that its name speaks of."""
    if (known := next((word for word in TIER_WORDS if word == tier), None)) is not None:
        return known
    name = environment.replace("_", "-")
    return next((found for found, pattern in TIERS if pattern.search(name)), "other")


def login(person: Json | None) -> str:
    """Return a person's login; empty where GitLab knows nobody any more."""
    return (person or {}).get("username") or ""


def moment(text: str) -> datetime:
    """Return the moment that GitLab wrote; its webhooks write some as `2026-01-15 12:00:00 UTC`."""
    plain = text.removesuffix(" UTC") + "+00:00" if text.endswith(" UTC") else SPACED_ZONE.sub(r"\1", text)
    return sdk.to_utc(datetime.fromisoformat(plain))


def moment_or_none(text: str | None) -> datetime | None:
    """Return the moment that GitLab wrote, if it wrote any."""
    return moment(text) if text else None


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the last of the moments that are there."""
    return max((each for each in moments if each is not None), default=None)


def changed_at(thing: Json) -> datetime:
    """Return when a thing changed last; what never changed, when it was made."""
    return moment(thing.get("updated_at") or thing["created_at"])


def first_line(text: str | None) -> str:
    """Return the first line of a message, at most 500 letters of it."""
    return (text or "").partition("\n")[0].strip()[:500]


def merge_request_number(ref: str | None) -> int | None:
    """Return the number of the merge request that a pipeline's ref stands for."""
    found = REF_OF_A_MERGE_REQUEST.match(ref or "")
    return int(found[1]) if found else None
