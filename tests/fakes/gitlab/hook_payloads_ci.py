"""The bodies of pipeline, job and deployment webhooks; most moments are written as `2026-01-15 12:00:00 UTC`."""

from tests.fakes.github.model import Commit, Deployment, Repository, Run

from .builds import Build, is_over, pipeline_status, stage_of, visible_attempts, worked_seconds
from .call import Call
from .hook_parts import hooked_commit_shape, hooked_project_shape, person_shape, place_shape
from .moments import iso, iso_or_none, spoken, spoken_or_none
from .shapes_deployments import job_of, status_of, tier_of, updated_at
from .shapes_merge_requests import merge_request_shape
from .shapes_pipelines import NOTHING, REASONS, iid_of, ref_of, runner_shape, source_of
from .site import Json


def pipeline_payload(call: Call, run: Run) -> Json:
    """A pipeline with those of its jobs that weren't retried. It tells no start and no last change."""
    attempt, now = visible_attempts(run, call.now)[-1], call.now
    status, builds = pipeline_status(run, now, call.extras), call.builds(run)
    latest = [build for build in builds if not build.is_retried]
    commit = run.repository.commits[run.sha]
    has_run = any(build.has_begun(now) for build in builds)
    return {
        "object_kind": "pipeline",
        "object_attributes": {
            "id": run.id,
            "iid": iid_of(run),
            "name": run.workflow.name,
            "ref": ref_of(run) if source_of(run) != "merge_request_event" else run.branch,
            "tag": False,
            "sha": run.sha,
            "before_sha": commit.parents[0] if commit.parents else NOTHING,
            "source": source_of(run),
            "status": status,
            "detailed_status": {"success": "passed"}.get(status, status),
            "stages": list(dict.fromkeys(stage_of(run, build.name) for build in latest)),
            "created_at": spoken(run.created_at),
            "finished_at": spoken_or_none(attempt.finished_at if is_over(status) else None),
            "duration": worked_seconds(builds, now) if is_over(status) and has_run else None,
            "queued_duration": run.attempts[0].started_at - run.created_at if has_run else None,
            "protected_ref": run.branch == run.repository.default_branch,
            "variables": [],
            "url": f"{call.site.page(run.repository)}/-/pipelines/{run.id}",
        },
        "merge_request": _merge_request_of(call, run),
        "user": person_shape(run.actor),
        "project": hooked_project_shape(call.site, run.repository),
        "commit": hooked_commit_shape(call.site, run.repository, commit),
        "builds": [_build(call, run, build) for build in latest],
    }


def _merge_request_of(call: Call, run: Run) -> Json | None:
    if source_of(run) != "merge_request_event" or not run.pull_numbers:
        return None
    pull = run.repository.pulls[run.pull_numbers[0]]
    whole = merge_request_shape(call, run.repository, pull)
    kept = ("id", "iid", "title", "source_branch", "source_project_id", "target_branch", "target_project_id", "state")
    return {
        **{key: whole[key] for key in kept},
        "merge_status": whole["merge_status"],
        "detailed_merge_status": whole["detailed_merge_status"],
        "url": whole["web_url"],
    }


def _times(build: Build, now: int) -> tuple[int | None, int | None, float | None, float | None]:
    """Start, end, how long it ran and how long it waited."""
    job, has_begun = build.job, build.has_begun(now)
    is_done = build.status in ("success", "failed", "canceled")
    start, end = (job.started_at if has_begun else None), (job.finished_at if is_done else None)
    ran = float((end or now) - job.started_at) if has_begun else None
    waited = float(job.started_at - job.created_at) if has_begun else None
    return start, end, ran, waited


def _environment(run: Run, build: Build) -> Json | None:
    if not (run.workflow.environment and build.name == "deploy"):
        return None
    name = "staging" if run.number % 2 else "production"
    return {"name": name, "action": "start", "deployment_tier": tier_of(name)}


def _runner(build: Build, now: int) -> Json | None:
    if not build.has_begun(now) or not build.job.runner:
        return None
    shape = runner_shape(build)
    kept = ("id", "description", "active", "runner_type", "is_shared")
    return {**{key: shape[key] for key in kept}, "tags": list(build.job.blueprint.labels)}


def _reason(build: Build) -> str | None:
    return REASONS.get(build.job.conclusion) if build.status == "failed" else None


def _build(call: Call, run: Run, build: Build) -> Json:
    start, end, ran, waited = _times(build, call.now)
    return {
        "id": build.id,
        "stage": stage_of(run, build.name),
        "name": build.name,
        "status": build.status,
        "created_at": spoken(build.created_at),
        "started_at": spoken_or_none(start),
        "finished_at": spoken_or_none(end),
        "duration": ran,
        "queued_duration": waited,
        "failure_reason": _reason(build),
        "when": "manual" if build.job.id in call.extras.manual else "on_success",
        "manual": build.job.id in call.extras.manual,
        "allow_failure": build.name in call.extras.may_fail,
        "user": person_shape(build.attempt.actor),
        "runner": _runner(build, call.now),
        "artifacts_file": {"filename": None, "size": None},
        "environment": _environment(run, build),
    }


def build_payload(call: Call, run: Run, build: Build, retries: int) -> Json:
    """A job; under `commit` it tells of the pipeline, whose id stands where a commit's would."""
    start, end, ran, waited = _times(build, call.now)
    commit, repository = run.repository.commits[run.sha], run.repository
    return {
        "object_kind": "build",
        "ref": ref_of(run) if source_of(run) != "merge_request_event" else run.branch,
        "tag": False,
        "before_sha": commit.parents[0] if commit.parents else NOTHING,
        "sha": run.sha,
        "build_id": build.id,
        "build_name": build.name,
        "build_stage": stage_of(run, build.name),
        "build_status": build.status,
        "build_created_at": spoken(build.created_at),
        "build_created_at_iso": iso(build.created_at),
        "build_started_at": spoken_or_none(start),
        "build_started_at_iso": iso_or_none(start),
        "build_finished_at": spoken_or_none(end),
        "build_finished_at_iso": iso_or_none(end),
        "build_duration": ran,
        "build_queued_duration": waited,
        "build_allow_failure": build.name in call.extras.may_fail,
        "build_failure_reason": _reason(build) or "unknown_failure",
        "retries_count": retries,
        "pipeline_id": run.id,
        "project_id": repository.id,
        "project_name": f"{repository.owner.login} / {repository.name}",
        "user": person_shape(build.attempt.actor),
        "commit": _pipeline_as_commit(call, run, commit),
        "repository": place_shape(call.site, repository),
        "project": hooked_project_shape(call.site, repository),
        "runner": _runner(build, call.now),
        "environment": _environment(run, build),
    }


def _pipeline_as_commit(call: Call, run: Run, commit: Commit) -> Json:
    attempt, status = visible_attempts(run, call.now)[-1], pipeline_status(run, call.now, call.extras)
    end = attempt.finished_at if is_over(status) else None
    start = run.attempts[0].started_at if run.attempts[0].started_at <= call.now else None
    return {
        "id": run.id,
        "name": run.workflow.name,
        "sha": run.sha,
        "message": commit.message,
        "author_name": commit.author.login,
        "author_email": f"{commit.author.login}@example.test",
        "author_url": f"{call.site.web}/{commit.author.login}",
        "status": status,
        "duration": worked_seconds(call.builds(run), call.now) if end else None,
        "started_at": spoken_or_none(start),
        "started_at_iso": iso_or_none(start),
        "finished_at": spoken_or_none(end),
        "finished_at_iso": iso_or_none(end),
    }


def deployment_payload(call: Call, repository: Repository, deployment: Deployment) -> Json:
    """A deployment; it tells neither pipeline nor the commit's whole id, but links to the commit."""
    _, build = job_of(call, deployment)
    page, commit = call.site.page(repository), repository.commits[deployment.sha]
    return {
        "object_kind": "deployment",
        "status": status_of(deployment, call.now),
        "status_changed_at": spoken(updated_at(deployment, call.now)).replace(" UTC", " +0000"),
        "deployment_id": deployment.id,
        "deployable_id": build.id,
        "deployable_url": f"{page}/-/jobs/{build.id}",
        "environment": deployment.environment,
        "environment_tier": tier_of(deployment.environment),
        "environment_slug": deployment.environment,
        "environment_external_url": f"https://{deployment.environment}.example.test",
        "project": hooked_project_shape(call.site, repository),
        "ref": deployment.ref,
        "short_sha": deployment.sha[:8],
        "user": person_shape(deployment.creator),
        "user_url": f"{call.site.web}/{deployment.creator.login}",
        "commit_url": f"{page}/-/commit/{deployment.sha}",
        "commit_title": commit.message.split("\n")[0],
    }
