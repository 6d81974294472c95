"""GitLab's deployments as rows. Pure functions of GitLab's JSON."""

from __future__ import annotations

from collections.abc import Mapping

from datasource_server import sdk
from datasource_server.sdk.labels import to_version
from opssight_gitlab.rows_jobs import UNASKED, to_job
from opssight_gitlab.words import Json, changed_at, login, moment, moment_or_none, to_status, to_tier


def to_deployment(deployment: Json, *, repo: str, tiers: Mapping[str, sdk.Tier]) -> sdk.Deployment:
    """Return the row of a deployment; `tiers` are the project's environments with what GitLab says they are."""
    word, name, job = deployment["status"], environment_name(deployment), deployment.get("deployable") or {}
    status, ref = to_status(word), deployment.get("ref") or ""
    is_over = status not in ("queued", "running")
    ended_at = moment_or_none(job.get("finished_at")) or changed_at(deployment)
    return sdk.Deployment(
        id=str(deployment["id"]),
        service=repo.rpartition("/")[2],
        repo=repo,
        url=job.get("web_url") or "",
        environment=name,
        tier=tiers.get(name) or to_tier(name),
        sha=deployment["sha"],
        version=to_version(ref),
        status=status,
        conclusion=word,
        actor=login(deployment.get("user")),
        run_id=str((job.get("pipeline") or {}).get("id") or ""),
        rule=f"a GitLab deployment to {name}",
        created_at=moment(deployment["created_at"]),
        finished_at=ended_at if is_over else None,
        updated_at=changed_at(deployment),
    )


def environment_name(deployment: Json) -> str:
    """Return the name of the environment that was deployed to."""
    name: str = (deployment.get("environment") or {}).get("name") or ""
    return name


def deploying_job(deployment: Json, *, repo: str) -> list[sdk.PipelineJob]:
    """Return the row of the job that deployed, with its environment, which only deployments tell."""
    job = deployment.get("deployable") or {}
    if not (job.get("pipeline") or {}).get("id") or job["status"] in UNASKED:
        return []
    return [to_job(job, repo=repo, environment=environment_name(deployment))]
