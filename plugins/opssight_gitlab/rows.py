"""GitLab's projects, environments and schedules as rows. Pure functions of GitLab's JSON."""

from __future__ import annotations

from datasource_server import sdk
from opssight_gitlab.words import Json, moment_or_none, to_tier


def to_repository(project: Json) -> sdk.Repository:
    """Return the row of a project; its last activity stands for its last push, which GitLab does not tell."""
    return sdk.Repository(
        repo=project["path_with_namespace"],
        url=project.get("web_url") or "",
        default_branch=project.get("default_branch") or "",
        is_archived=bool(project.get("archived")),
        visibility=project.get("visibility") or "",
        description=project.get("description") or "",
        created_at=moment_or_none(project.get("created_at")),
        pushed_at=moment_or_none(project.get("last_activity_at")),
        updated_at=moment_or_none(project.get("updated_at") or project.get("last_activity_at")),
    )


def to_environment(environment: Json, *, repo: str, page: str = "") -> sdk.Environment:
    """Return the row of an environment; `page` is the project's address for people."""
    name, identity = environment["name"], environment["id"]
    return sdk.Environment(
        repo=repo,
        name=name,
        url=f"{page}/-/environments/{identity}" if page else "",
        tier=to_tier(name, environment.get("tier")),
        created_at=moment_or_none(environment.get("created_at")),
    )


def to_schedule(schedule: Json, *, repo: str, pipeline: str, page: str = "") -> sdk.Schedule:
    """Return the row of a schedule; `pipeline` is the name of the pipelines that it starts."""
    is_active = bool(schedule.get("active"))
    return sdk.Schedule(
        repo=repo,
        pipeline=pipeline,
        cron=schedule["cron"],
        url=f"{page}/-/pipeline_schedules" if page else "",
        timezone=schedule.get("cron_timezone") or "UTC",
        is_active=is_active,
        next_at=moment_or_none(schedule.get("next_run_at")) if is_active else None,
        last_run_id=str((schedule.get("last_pipeline") or {}).get("id") or ""),
    )
