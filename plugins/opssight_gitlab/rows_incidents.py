"""GitLab's issues as incidents. Pure functions of GitLab's JSON."""

from __future__ import annotations

from collections.abc import Sequence

from datasource_server import sdk
from datasource_server.sdk import labels
from opssight_gitlab.words import Json, login, moment, moment_or_none


def is_incident(issue: Json, wanted: Sequence[str]) -> bool:
    """Return whether an issue is an incident: by GitLab's own type, or by one of these labels."""
    own = {name.lower() for name in label_names(issue)}
    kind = str(issue.get("issue_type") or issue.get("type") or "").lower()
    return kind == "incident" or not own.isdisjoint(label.lower() for label in wanted)


def label_names(issue: Json) -> list[str]:
    """Return the names of an issue's labels: lists give names, webhooks give whole labels."""
    return [each["title"] if isinstance(each, dict) else str(each) for each in issue.get("labels") or ()]


def to_incident(issue: Json, *, repo: str) -> sdk.Incident:
    """Return the row of an issue that is an incident; when it was closed is when it was over for users."""
    severity, word = to_severity(issue)
    is_closed, people = issue["state"] == "closed", issue.get("assignees") or ()
    closed_at = moment_or_none(issue.get("closed_at")) or moment_or_none(issue.get("updated_at"))
    return sdk.Incident(
        id=str(issue["id"]),
        repo=repo,
        service=repo.rpartition("/")[2],
        url=issue.get("web_url") or issue.get("url") or "",
        environment="production",
        title=issue["title"],
        severity=severity,
        original_severity=word,
        state="resolved" if is_closed else "open",
        opened_at=moment(issue["created_at"]),
        resolved_at=closed_at if is_closed else None,
        assignees=[login(each) for each in people],
        updated_at=moment_or_none(issue.get("updated_at")),
    )


def to_severity(issue: Json) -> tuple[sdk.Severity, str]:
    """Return an issue's severity and the word it was told by: GitLab's own field, else the worst of its labels."""
    told = str(issue.get("severity") or "").lower()
    if (known := next((each for each in labels.ORDER if each == told), None)) is not None:
        return known, issue["severity"]
    found, label = labels.to_severity(label_names(issue))
    return found, label or issue.get("severity") or ""
