"""Turns deploying jobs into deployments, as GitHub does for jobs with an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import Attempt, Deployment, DeploymentStatus, Job, Repository, Run

if TYPE_CHECKING:
    from .world import World


def deploy(world: World, repository: Repository) -> None:
    """Adds a deployment for every job that deployed; a success makes the one before it inactive."""
    found = [
        (job, attempt, run)
        for run in repository.runs
        for attempt in run.attempts
        for job in attempt.jobs
        if _deploys(run, job)
    ]
    for job, attempt, run in sorted(found, key=lambda each: each[0].started_at):
        _add(world, run, attempt, job)


def deploy_attempt(world: World, run: Run) -> None:
    """Plans the deployment of the run's latest attempt, if it has one."""
    for job in run.latest.jobs:
        if _deploys(run, job) and job.finished_at > world.now:
            _add(world, run, run.latest, job)


def forget_plans(world: World, run: Run) -> None:
    """Takes back what the run would still have deployed; a deployment that had begun ends as an error."""
    marker = f"/actions/runs/{run.id}/"
    deployments = run.repository.deployments
    deployments[:] = [each for each in deployments if each.run_id != run.id or each.created_at <= world.now]
    for deployment in deployments:
        kept = [each for each in deployment.statuses if each.created_at <= world.now or marker not in each.log_url_path]
        was_cut = len(kept) < len(deployment.statuses) and deployment.run_id == run.id
        if was_cut:
            kept.append(_status(world, deployment, "error", world.now, deployment.statuses[0].log_url_path))
        deployment.statuses = kept


def _deploys(run: Run, job: Job) -> bool:
    wanted = run.workflow.environment and job.blueprint.name == "deploy"
    return bool(wanted) and job.conclusion in ("success", "failure")


def _add(world: World, run: Run, attempt: Attempt, job: Job) -> None:
    environment = "staging" if run.number % 2 else "production"
    deployment = Deployment(
        world.plan.new_id(), run.sha, run.branch, environment, attempt.actor, job.started_at, run.id
    )
    path = f"/{run.repository.full_name}/actions/runs/{run.id}/job/{job.id}"
    deployment.statuses.append(_status(world, deployment, "in_progress", job.started_at, path))
    deployment.statuses.append(_status(world, deployment, job.conclusion, job.finished_at, path))
    before = run.repository.live.get(environment)
    if job.conclusion == "success":
        if before is not None:
            before.statuses.append(_status(world, before, "inactive", job.finished_at, path))
        run.repository.live[environment] = deployment
    run.repository.deployments.append(deployment)


def _status(world: World, deployment: Deployment, state: str, at: int, path: str) -> DeploymentStatus:
    return DeploymentStatus(world.plan.new_id(), state, deployment.creator, at, path)
