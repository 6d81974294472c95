"""The words of the tools, mapped to the closed lists; and moments in whatever unit a tool writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from datasource_server import sdk

RANKED = re.compile(r"(?:p|prio|priority|s|sev|severity)?[\s_-]*([0-5])(?:\b.*)?", re.IGNORECASE)
RANKS: tuple[sdk.Severity, ...] = ("critical", "critical", "high", "medium", "low", "low")
WORDS: dict[str, sdk.Severity] = {
    "critical": "critical",
    "blocker": "critical",
    "fatal": "critical",
    "emergency": "critical",
    "disaster": "critical",
    "high": "high",
    "major": "high",
    "error": "high",
    "severe": "high",
    "medium": "medium",
    "moderate": "medium",
    "normal": "medium",
    "average": "medium",
    "warning": "medium",
    "low": "low",
    "minor": "low",
    "trivial": "low",
    "info": "low",
    "informational": "low",
}


def severity(*words: str) -> sdk.Severity:
    """Return the severity that the first word which says one stands for: P1, SEV-2, `Major`, `high`."""
    return next((found for word in words if (found := _severity(word)) != "unknown"), "unknown")


def _severity(word: str) -> sdk.Severity:
    plain = word.strip().lower()
    if plain in WORDS:
        return WORDS[plain]
    if ranked := RANKED.fullmatch(plain):
        return RANKS[int(ranked[1])]
    return "unknown"


def moment(value: Any) -> datetime | None:  # noqa: ANN401  whatever a tool writes
    """Return a moment given as ISO 8601, or as seconds, milli-, micro- or nanoseconds since 1970; None for nothing.

    ValueError where it is neither.
    """
    if value in (None, "", 0, "0"):
        return None
    if isinstance(value, int | float) or str(value).isdigit():
        return datetime.fromtimestamp(_seconds(int(value)), UTC)
    return sdk.to_utc(datetime.fromisoformat(str(value)))


def _seconds(count: int) -> float:
    for unit in (1_000_000_000, 1_000_000, 1_000):
        if count >= 100_000_000 * unit:
            return count / unit
    return count
