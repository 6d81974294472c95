"""What reached users, where, and what went wrong for them."""

from __future__ import annotations

from typing import Annotated

from datasource_server.sdk.domain.words import IncidentState, Severity, Status, Tier
from datasource_server.sdk.row import Moment, Row


class Deployment(Row, table="deployment", key=("source", "id"), newer=("updated_at", "status", "finished_at")):
    """One delivery of one version to one environment."""

    id: Annotated[str, "The deployment's id in its forge."]
    service: Annotated[str, "What was deployed; the repository's name where nothing else is known."] = ""
    repo: Annotated[str, "Owner and name of the repository."]
    environment: Annotated[str, "Where it went."]
    tier: Annotated[Tier, "production, staging, testing, development or other."] = "other"
    sha: Annotated[str, "The commit that was deployed."] = ""
    version: Annotated[str, "The tag or version that was deployed."] = ""
    status: Annotated[Status, "queued, running, success, failure, cancelled or skipped."]
    conclusion: Annotated[str, "The tool's own word for the status."] = ""
    actor: Annotated[str, "Login of who deployed."] = ""
    run_id: Annotated[str, "The pipeline run that deployed."] = ""
    rule: Annotated[str, "Why this counts as a deployment."] = ""
    created_at: Annotated[Moment, "When it was asked for."]
    finished_at: Annotated[Moment | None, "When it ended."] = None
    updated_at: Annotated[Moment | None, "The last change in the forge; the newer version stays."] = None


class Environment(Row, table="environment", key=("source", "repo", "name")):
    """One place that a repository deploys to."""

    repo: Annotated[str, "Owner and name of the repository."]
    name: Annotated[str, "The environment's name."]
    tier: Annotated[Tier, "production, staging, testing, development or other."] = "other"
    created_at: Annotated[Moment | None, "When it was created."] = None


class Incident(Row, table="incident", key=("source", "id"), newer=("updated_at",)):
    """One time in which something went wrong for users."""

    id: Annotated[str, "The incident's id in its tool."]
    repo: Annotated[str, "Owner and name of the repository, where it is known."] = ""
    service: Annotated[str, "The service that suffered."] = ""
    environment: Annotated[str, "Where it happened; production where nothing is said."] = ""
    title: Annotated[str, "What people call it."]
    severity: Annotated[Severity, "critical, high, medium, low or unknown."] = "unknown"
    original_severity: Annotated[str, "The tool's own word for the severity."] = ""
    state: Annotated[IncidentState, "open, acknowledged or resolved."] = "open"
    opened_at: Annotated[Moment, "When it began."]
    acknowledged_at: Annotated[Moment | None, "When somebody took it."] = None
    resolved_at: Annotated[Moment | None, "When it was over for users."] = None
    assignees: Annotated[list[str], "Who works on it."] = []
    deployment_id: Annotated[str, "The deployment that its tool names as the cause."] = ""
    updated_at: Annotated[Moment | None, "The last change in its tool; the newer version stays."] = None
