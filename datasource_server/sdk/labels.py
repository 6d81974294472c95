"""Labels: the severity that people give an issue by its labels, and the version that they give a commit by its tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import re2  # type: ignore[import-untyped]

from datasource_server.sdk.domain import Severity

# "severity: high", "severity::2", "sev1", "SEV-2", "priority/critical", "P1": a number counts down from the worst.
NUMBERED = re2.compile(r"(?i)^(?:severity|sev|priority|prio|p|s)[\s:/_.-]*([0-9])$")
NAMED = re2.compile(r"(?i)^(?:severity|sev|priority|prio|impact)[\s:/_.-]+([a-z]+)$")
ORDER: tuple[Severity, ...] = ("critical", "high", "medium", "low")
WORDS: Mapping[str, Severity] = {
    "critical": "critical",
    "blocker": "critical",
    "urgent": "critical",
    "high": "high",
    "major": "high",
    "medium": "medium",
    "moderate": "medium",
    "normal": "medium",
    "low": "low",
    "minor": "low",
    "trivial": "low",
}
VERSION = re2.compile(r"(?i)^(?:refs/tags/)?((?:[a-z][a-z0-9._-]*[-@/])?v?\d+(?:\.\d+)+[a-z0-9.+-]*)$")


def to_severity(labels: Iterable[str]) -> tuple[Severity, str]:
    """Return the worst severity that labels speak of, and the label that says so; unknown and none where none does."""
    found = [(severity, label) for label in labels if (severity := _severity(label.strip())) is not None]
    return min(found, key=lambda each: (ORDER.index(each[0]), each[1]), default=("unknown", ""))


def to_version(ref: str) -> str:
    """Return the version that a tag names; empty for a branch or a commit."""
    found = VERSION.search(ref)
    return found[1] if found else ""


def _severity(label: str) -> Severity | None:
    if number := NUMBERED.match(label):
        return ORDER[min(max(int(number[1]), 1), len(ORDER)) - 1]
    word = NAMED.match(label)
    return WORDS.get(word[1].lower()) if word else None
