"""The shared rows of delivery: whoever fills them gets every board, alert rule and derivation that reads them."""

from __future__ import annotations

from datasource_server.sdk.domain.code import Branch, Commit, PathOwner, PullRequest, Repository
from datasource_server.sdk.domain.deployments import Deployment, Environment, Incident
from datasource_server.sdk.domain.pipelines import (
    JobLogLine,
    PipelineJob,
    PipelineRun,
    PipelineStep,
    Schedule,
    TestResult,
)
from datasource_server.sdk.domain.words import IncidentState, Severity, Status, TestStatus, Tier
from datasource_server.sdk.row import Row

DELIVERY: tuple[type[Row], ...] = (
    Repository,
    PipelineRun,
    PipelineJob,
    PipelineStep,
    JobLogLine,
    TestResult,
    Schedule,
    Commit,
    PullRequest,
    Branch,
    PathOwner,
    Deployment,
    Environment,
    Incident,
)
"""The tables that every store has."""

__all__ = [
    "DELIVERY",
    "Branch",
    "Commit",
    "Deployment",
    "Environment",
    "Incident",
    "IncidentState",
    "JobLogLine",
    "PathOwner",
    "PipelineJob",
    "PipelineRun",
    "PipelineStep",
    "PullRequest",
    "Repository",
    "Schedule",
    "Severity",
    "Status",
    "TestResult",
    "TestStatus",
    "Tier",
]
