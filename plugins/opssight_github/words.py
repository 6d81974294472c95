"""GitHub's words for statuses, environments and people, in OpsSight's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import re2  # type: ignore[import-untyped]

from datasource_server import sdk

Json = Mapping[str, Any]

GONE = (404, 410, 422)
"""GitHub's answers for what it does not have; 422 for a commit that it does not know."""

OPEN: Mapping[str, sdk.Status] = {
    "in_progress": "running",
    "queued": "queued",
    "waiting": "queued",
    "pending": "queued",
    "requested": "queued",
}
ENDED: Mapping[str, sdk.Status] = {
    "success": "success",
    "failure": "failure",
    "timed_out": "failure",
    "startup_failure": "failure",
    "cancelled": "cancelled",
    "skipped": "skipped",
    "neutral": "skipped",
    "stale": "skipped",
    "action_required": "queued",
}
DEPLOYED: Mapping[str, sdk.Status] = {
    "in_progress": "running",
    "success": "success",
    "failure": "failure",
    "error": "failure",
}
TIERS: tuple[tuple[sdk.Tier, Any], ...] = (
    ("staging", re2.compile(r"(?i)\b(staging|stage|stg|pre-?prod|preproduction|uat|qa)\b")),
    ("production", re2.compile(r"(?i)\b(production|prod|prd|live|github-pages)\b")),
    ("testing", re2.compile(r"(?i)\b(test|tests|testing|e2e|integration|ci)\b")),
    ("development", re2.compile(r"(?i)\b(development|develop|dev|preview|review|sandbox|local)\b")),
)


def to_status(status: str | None, conclusion: str | None) -> sdk.Status:
    """Return OpsSight's word; a word that is not known counts as skipped when it ends, else as queued."""
    if status == "completed" or (status is None and conclusion):
        return ENDED.get(conclusion or "", "skipped")
    return OPEN.get(status or "", "queued")


def to_tier(environment: str, *, is_production: bool = False) -> sdk.Tier:
    """Return the tier that an environment's name speaks of; GitHub's own mark of production counts first."""
    if is_production:
        return "production"
    name = environment.replace("_", "-")
    return next((tier for tier, pattern in TIERS if pattern.search(name)), "other")


def login(person: Json | None) -> str:
    """Return a person's login; empty where GitHub knows nobody any more."""
    return (person or {}).get("login") or ""


def moment(text: str) -> datetime:
    """Return the moment that GitHub wrote; with an offset, a fraction of a second or neither."""
    return sdk.to_utc(datetime.fromisoformat(text))


def seconds_between(first: str | None, last: str | None) -> float | None:
    """Return the seconds from one moment to a later one; never less than none, whatever the clocks say."""
    return max(0.0, (moment(last) - moment(first)).total_seconds()) if first and last else None


def first_line(text: str | None) -> str:
    """Return the first line of a message, at most 500 letters of it."""
    return (text or "").partition("\n")[0].strip()[:500]
