"""GitHub's issues as incidents: those that carry one of the labels that say so. Pure functions of GitHub's JSON."""

from __future__ import annotations

from collections.abc import Iterable

from datasource_server import sdk
from datasource_server.sdk.labels import to_severity
from opssight_github.words import Json, login


def is_incident(issue: Json, wanted: Iterable[str]) -> bool:
    """Return whether an issue carries one of the labels, in upper or lower case; a pull request never counts."""
    if issue.get("pull_request"):
        return False
    lower = {name.lower() for name in labels_of(issue)}
    return any(label.lower() in lower for label in wanted)


def to_incident(issue: Json, *, repo: str) -> sdk.Incident:
    """Return the row of an issue: open as long as it is, resolved when it was closed."""
    severity, word = to_severity(labels_of(issue))
    closed_at = issue.get("closed_at")
    return sdk.Incident(
        id=str(issue["id"]),
        repo=repo,
        url=issue.get("html_url") or "",
        service=repo.rpartition("/")[2],
        environment="production",
        title=issue["title"],
        severity=severity,
        original_severity=word,
        state="resolved" if closed_at else "open",
        opened_at=issue["created_at"],
        resolved_at=closed_at,
        assignees=[name for each in issue.get("assignees") or () if (name := login(each))],
        updated_at=issue["updated_at"],
    )


def labels_of(issue: Json) -> list[str]:
    """Return the names of an issue's labels; GitHub writes a label as an object or as a text."""
    labels = issue.get("labels") or ()
    return [name for each in labels if (name := each if isinstance(each, str) else each.get("name") or "")]
