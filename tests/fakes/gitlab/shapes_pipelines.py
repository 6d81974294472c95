"""The shapes of pipelines, jobs and schedules."""

from bisect import bisect_left
from zlib import crc32

from tests.fakes.github.model import Run

from .artifacts import archived, reports_of
from .builds import Build, is_over, pipeline_status, stage_of, visible_attempts, worked_seconds
from .call import Call
from .moments import iso, iso_or_none
from .schedules import PipelineSchedule
from .shapes_commits import commit_shape
from .site import Json, profile_shape, user_shape

SOURCES = {
    "push": "push",
    "pull_request": "merge_request_event",
    "pull_request_target": "merge_request_event",
    "schedule": "schedule",
    "workflow_dispatch": "web",
}
REASONS = {"failure": "script_failure", "timed_out": "job_execution_timeout"}
NOTHING = "0" * 40


def source_of(run: Run) -> str:
    """GitLab's word for what started a pipeline."""
    return SOURCES.get(run.event, "api")


def ref_of(run: Run) -> str:
    """What a pipeline ran on: a branch, or the head of a merge request."""
    is_merge_request = source_of(run) == "merge_request_event" and run.pull_numbers
    return f"refs/merge-requests/{run.pull_numbers[0]}/head" if is_merge_request else run.branch


def page_of(call: Call, run: Run) -> str:
    """A pipeline's address for people."""
    return f"{call.site.page(run.repository)}/-/pipelines/{run.id}"


def iid_of(run: Run) -> int:
    """The number that people see: counted per project, not per workflow."""
    return bisect_left(run.repository.runs, run.id, key=lambda each: each.id) + 1


def basic_pipeline_shape(call: Call, run: Run) -> Json:
    """A pipeline as lists and jobs show it: without times of its own."""
    attempt = visible_attempts(run, call.now)[-1]
    return {
        "id": run.id,
        "iid": iid_of(run),
        "project_id": run.repository.id,
        "sha": run.sha,
        "ref": ref_of(run),
        "status": pipeline_status(run, call.now, call.extras),
        "source": source_of(run),
        "created_at": iso(run.created_at),
        "updated_at": iso(attempt.updated_at(call.now)),
        "web_url": page_of(call, run),
    }


def listed_pipeline_shape(call: Call, run: Run) -> Json:
    """A pipeline as `/pipelines` shows it: with its name."""
    return {**basic_pipeline_shape(call, run), "name": run.workflow.name}


def pipeline_shape(call: Call, run: Run) -> Json:
    """A pipeline as its own address shows it. It keeps its first start; its end is that of its last attempt."""
    attempt, first, now = visible_attempts(run, call.now)[-1], run.attempts[0], call.now
    status = pipeline_status(run, now, call.extras)
    has_run = first.started_at <= now and any(job.conclusion != "skipped" for job in first.jobs)
    commit = run.repository.commits.get(run.sha)
    return {
        **listed_pipeline_shape(call, run),
        "before_sha": commit.parents[0] if commit and commit.parents else NOTHING,
        "tag": False,
        "yaml_errors": "jobs config should contain at least one visible job" if _is_invalid(run) else None,
        "user": user_shape(call.site, run.actor),
        "started_at": iso_or_none(first.started_at if has_run else None),
        "finished_at": iso_or_none(attempt.finished_at if is_over(status) else None),
        "committed_at": None,
        "duration": worked_seconds(call.builds(run), now) if is_over(status) and has_run else None,
        "queued_duration": first.started_at - run.created_at if has_run else None,
        "coverage": None,
        "archived": False,
        "detailed_status": _detailed_status(run, status),
    }


def _is_invalid(run: Run) -> bool:
    return run.latest.conclusion == "startup_failure" and not run.latest.jobs


def _detailed_status(run: Run, status: str) -> Json:
    word = {"success": "passed"}.get(status, status)
    return {
        "icon": f"status_{status}",
        "text": word.capitalize(),
        "label": word,
        "group": status,
        "tooltip": word,
        "has_details": False,
        "details_path": f"/{run.repository.full_name}/-/pipelines/{run.id}",
        "illustration": None,
        "favicon": f"/assets/ci_favicons/favicon_status_{status}.png",
    }


def job_shape(call: Call, run: Run, build: Build) -> Json:
    """One job. What it waits for is told nowhere in the REST API, nor whether it was retried."""
    job, now = build.job, call.now
    has_begun, is_done = build.has_begun(now), build.status in ("success", "failed", "canceled")
    end = job.finished_at if is_done else now
    queued = job.started_at - job.created_at if has_begun else now - job.created_at
    failed = (
        {"failure_reason": REASONS[job.conclusion]} if build.status == "failed" and job.conclusion in REASONS else {}
    )
    return {
        "id": build.id,
        "status": build.status,
        "stage": stage_of(run, build.name),
        "name": build.name,
        "ref": ref_of(run),
        "tag": False,
        "coverage": None,
        "allow_failure": build.name in call.extras.may_fail,
        "created_at": iso(build.created_at),
        "started_at": iso_or_none(job.started_at if has_begun else None),
        "finished_at": iso_or_none(job.finished_at if is_done else None),
        "erased_at": iso_or_none(call.extras.erased.get(build.id)),
        "duration": float(end - job.started_at) if has_begun else None,
        "queued_duration": float(queued) if has_begun or build.status == "pending" else None,
        "user": profile_shape(call.site, build.attempt.actor),
        "commit": commit_shape(call.site, run.repository, run.repository.commits[run.sha]),
        "pipeline": basic_pipeline_shape(call, run),
        **failed,
        "web_url": f"{call.site.page(run.repository)}/-/jobs/{build.id}",
        "project": {"ci_job_token_scope_enabled": False},
        **_artifacts(call, run, build),
        **_runner(build, has_begun=has_begun),
        "archived": False,
        "tag_list": list(job.blueprint.labels),
    }


def _artifacts(call: Call, run: Run, build: Build) -> Json:
    reports, in_archive = reports_of(call.extras, run, build), archived(call.extras, run, build)
    size, files = sum(map(len, in_archive.values())), list[Json]()
    if in_archive:
        files.append(_file("archive", size, "artifacts.zip", "zip"))
        files.append(_file("metadata", 186, "metadata.gz", "gzip"))
    if build.status in ("success", "failed", "canceled"):
        files.append(_file("trace", 2_421, "job.log", None))
    if reports:
        files.append(_file("junit", sum(len(each.xml) for each in reports), "junit.xml.gz", "gzip"))
    old: Json = {"artifacts_file": {"filename": "artifacts.zip", "size": size}} if in_archive else {}
    expires = iso(build.job.finished_at + 30 * 86_400) if reports else None
    return {**old, "artifacts": files, "artifacts_expire_at": expires}


def _file(file_type: str, size: int, name: str, file_format: str | None) -> Json:
    return {"file_type": file_type, "size": size, "filename": name, "file_format": file_format}


def _runner(build: Build, *, has_begun: bool) -> Json:
    if not has_begun or not build.job.runner:
        return {"runner": None, "runner_manager": None}
    return {"runner": runner_shape(build), "runner_manager": _manager(build)}


def runner_shape(build: Build) -> Json:
    """The runner that took a job; its description is what people know it by."""
    is_shared = "self-hosted" not in build.job.blueprint.labels
    return {
        "id": crc32(build.job.runner.encode()) % 1_000_000,
        "description": build.job.runner,
        "ip_address": "192.0.2.10",
        "active": True,
        "paused": False,
        "is_shared": is_shared,
        "runner_type": "instance_type" if is_shared else "group_type",
        "name": "gitlab-runner",
        "online": True,
        "created_at": iso(1_700_000_000),
        "status": "online",
    }


def _manager(build: Build) -> Json:
    return {
        "id": crc32(build.job.runner.encode()) % 10_000,
        "system_id": f"s_{crc32(build.job.runner.encode()):012x}",
        "version": "17.5.0",
        "revision": "0d4137b8",
        "platform": "linux",
        "architecture": "amd64",
        "created_at": iso(1_700_000_000),
        "contacted_at": iso(1_700_000_000),
        "ip_address": "192.0.2.10",
        "status": "online",
    }


def schedule_shape(call: Call, schedule: PipelineSchedule, *, is_whole: bool = False) -> Json:
    """A schedule; its own address also tells its last pipeline."""
    shape: Json = {
        "id": schedule.id,
        "description": schedule.description,
        "ref": f"refs/heads/{schedule.repository.default_branch}",
        "cron": schedule.cron,
        "cron_timezone": "UTC",
        "next_run_at": iso_or_none(schedule.next_at(call.now)),
        "active": schedule.is_active,
        "created_at": iso(schedule.workflow.created_at),
        "updated_at": iso(schedule.workflow.created_at),
        "owner": user_shape(call.site, call.world.person("dev-00")),
    }
    if not is_whole:
        return shape
    last = schedule.last_run(call.now)
    brief = ("id", "sha", "ref", "status")
    pipeline = {key: basic_pipeline_shape(call, last)[key] for key in brief} if last else None
    return {**shape, "last_pipeline": pipeline, "variables": [], "inputs": []}
