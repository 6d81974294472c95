"""Deployments and incidents as rows, as they are seen at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from datasource_server import sdk
from opssight_sandbox.organisation import WEB
from opssight_sandbox.plans import JobPlan, RunPlan
from opssight_sandbox.rows import status_at
from opssight_sandbox.trouble import Trouble


def deployment_rows(plan: RunPlan, now: datetime) -> Iterator[sdk.Row]:
    """Yield a deployment for each job of a deploy run that has begun, and each service that it delivers."""
    for job, begin, ended in plan.jobs() if plan.pipeline == "deploy" else ():
        if begin <= now:
            for service in plan.service.services:
                yield _deployment(plan, job, service, (begin, ended), now)


def _deployment(
    plan: RunPlan, job: JobPlan, service: str, span: tuple[datetime, datetime], now: datetime
) -> sdk.Deployment:
    begin, ended = span
    result: sdk.Status = "failure" if job.name == plan.failing_job else "success"
    return sdk.Deployment(
        id=plan.deployment_id(job.name, service),
        service=service,
        repo=plan.service.repo,
        environment=job.name,
        tier="production" if job.name == "production" else "staging",
        sha=plan.sha,
        version=plan.version,
        status=status_at(now, begin, ended, result),
        actor=plan.actor,
        run_id=plan.id,
        rule=f"job {job.name} of pipeline deploy",
        created_at=begin,
        finished_at=ended if now >= ended else None,
        updated_at=ended if now >= ended else begin,
        url=f"{WEB}/{plan.service.name}/deployments/{plan.id}",
    )


def incident_rows(trouble: Trouble, now: datetime) -> Iterator[sdk.Row]:
    """Yield the incident, once it has begun; users may also suffer without one."""
    if not trouble.is_incident or trouble.opened_at > now:
        return
    is_over, is_taken = trouble.resolved_at <= now, trouble.acknowledged_at <= now
    seen = trouble.resolved_at if is_over else trouble.acknowledged_at if is_taken else trouble.opened_at
    yield sdk.Incident(
        id=trouble.id,
        repo=trouble.service.repo,
        service=trouble.suffers,
        environment="production",
        title=trouble.title,
        severity=trouble.severity,
        original_severity=trouble.severity,
        state="resolved" if is_over else "acknowledged" if is_taken else "open",
        opened_at=trouble.opened_at,
        acknowledged_at=trouble.acknowledged_at if is_taken else None,
        resolved_at=trouble.resolved_at if is_over else None,
        assignees=[trouble.assignee] if is_taken else [],
        deployment_id=trouble.cause_id if trouble.names_cause else "",
        updated_at=seen,
        url=f"{WEB}/incidents/{trouble.id}",
    )


def is_recent(trouble: Trouble, since: datetime, now: datetime) -> bool:
    """Return whether an incident has changed since then."""
    return trouble.opened_at <= now and trouble.resolved_at + timedelta(minutes=1) >= since
