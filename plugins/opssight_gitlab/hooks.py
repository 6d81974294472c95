"""What each event of GitLab's webhook says, as rows. Pure functions of GitLab's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from datasource_server import sdk
from datasource_server.sdk.labels import to_version
from opssight_gitlab.rows_code import is_draft, plain_title, to_pushed_commit
from opssight_gitlab.rows_incidents import is_incident, to_incident
from opssight_gitlab.rows_jobs import UNASKED, to_job, to_jobs
from opssight_gitlab.rows_pipelines import Origin, to_runs
from opssight_gitlab.words import Json, latest, login, moment, moment_or_none, to_status, to_tier

NOTHING = "0" * 40
BRANCHES = "refs/heads/"
MADE_TOGETHER = timedelta(seconds=5)
"""A pipeline's jobs are made with it; one that was made later was retried."""
SECOND = timedelta(seconds=1)
LABELS = ("incident",)


def repo_of(event: Json) -> str:
    """Return the path of the event's project; events of jobs on old servers only tell its address."""
    project = event.get("project") or {}
    path: str = project.get("path_with_namespace") or ""
    return path or urlsplit(event["repository"]["homepage"]).path.strip("/")


def push_rows(event: Json) -> list[sdk.Row]:
    """Return the pushed commits and the branch's new head; a pushed tag only brings its commits."""
    repo, ref = repo_of(event), event["ref"]
    told = event.get("commits") or ()
    commits: list[sdk.Row] = [to_pushed_commit(each, repo=repo) for each in told]
    if not ref.startswith(BRANCHES):
        return commits
    name = ref.removeprefix(BRANCHES)
    if event["after"] == NOTHING:
        return [*commits, sdk.Branch(repo=repo, name=name, is_deleted=True)]
    head = next((moment(each["timestamp"]) for each in told if each["id"] == event["after"]), None)
    known = {"head_at": head} if head else {}
    branch = sdk.Branch(
        repo=repo,
        name=name,
        url=f"{event['project']['web_url']}/-/tree/{name}",
        head_sha=event["after"],
        is_default=name == event["project"]["default_branch"],
        is_deleted=False,
        **known,
    )
    return [*commits, branch]


def pipeline_rows(event: Json) -> list[sdk.Row]:
    """Return a pipeline with its jobs. Of one that was retried the attempt is not told: then only its jobs."""
    jobs = [_build(each, event) for each in event.get("builds") or ()]
    pipeline, origin = _pipeline(event, jobs), _origin(event)
    made_at = moment(pipeline["created_at"])
    if all(moment(job["created_at"]) - made_at <= MADE_TOGETHER for job in jobs):
        return [*to_runs(pipeline, jobs, origin), *to_jobs(pipeline, jobs, origin)]
    return [to_job(job, repo=origin.repo) for job in jobs if job["status"] not in UNASKED]


def _origin(event: Json) -> Origin:
    request, project = event.get("merge_request") or {}, event["project"]
    heads = {request["iid"]: request["source_branch"]} if request else {}
    titles = {request["iid"]: request.get("title") or ""} if request else {}
    return Origin(repo_of(event), project.get("default_branch") or "", heads, titles)


def _pipeline(event: Json, jobs: Sequence[Json]) -> dict[str, Any]:
    """Return a pipeline as its own address would show it."""
    told, request = event["object_attributes"], event.get("merge_request") or {}
    is_of_request = told.get("source") == "merge_request_event" and request
    page = told.get("url") or f"{event['project']['web_url']}/-/pipelines/{told['id']}"
    names = ("created_at", "started_at", "finished_at")
    moments = [moment_or_none(each.get(name)) for each in (told, *jobs) for name in names]
    return {
        **told,
        "ref": f"refs/merge-requests/{request['iid']}/head" if is_of_request else told["ref"],
        "user": event.get("user"),
        "commit": event.get("commit"),
        "web_url": page,
        "updated_at": str(latest(moments)),
    }


def _build(build: Json, event: Json) -> dict[str, Any]:
    """Return a job of a pipeline's event as its own address would show it."""
    pipeline = event["object_attributes"]
    page = f"{event['project']['web_url']}/-/jobs/{build['id']}"
    return {**build, "pipeline": {"id": pipeline["id"]}, "web_url": page}


def job_rows(event: Json) -> list[sdk.Row]:
    """Return a job; what the event does not tell of it is left as it is stored."""
    if event["build_status"] in UNASKED:
        return []
    names = ("id", "name", "stage", "status", "created_at", "started_at", "finished_at", "failure_reason")
    job: dict[str, Any] = {name: event.get(f"build_{name}") for name in names}
    job |= {"pipeline": {"id": event["pipeline_id"]}, "runner": event.get("runner")}
    job |= {
        "queued_duration": event.get("build_queued_duration"),
        "allow_failure": event.get("build_allow_failure"),
        "web_url": f"{event['repository']['homepage']}/-/jobs/{event['build_id']}",
    }
    known: dict[str, Any] = {"attempt": again + 1} if (again := event.get("retries_count")) else {}
    known |= {"environment": place["name"]} if (place := event.get("environment")) else {}
    return [to_job(job, repo=repo_of(event), **known)]


def merge_request_rows(event: Json) -> list[sdk.Row]:
    """Return a merge request; its reviews and sizes come by polling."""
    told, action = event["object_attributes"], event["object_attributes"].get("action")
    state, changed_at = told["state"], moment(told["updated_at"])
    known: dict[str, Any] = {"author": login(event.get("user"))} if action == "open" else {}
    if state == "merged":
        known |= {"merge_sha": told.get("merge_commit_sha") or told.get("squash_commit_sha") or ""}
    if action == "merge":
        known |= {"merged_at": changed_at, "closed_at": changed_at, "merged_by": login(event.get("user"))}
    if action == "close":
        known |= {"closed_at": changed_at}
    return [
        sdk.PullRequest(
            repo=repo_of(event),
            number=told["iid"],
            url=told.get("url") or "",
            title=plain_title(told),
            state="merged" if state == "merged" else "closed" if state == "closed" else "open",
            draft=is_draft(told),
            base=told["target_branch"],
            head=told["source_branch"],
            head_sha=(told.get("last_commit") or {}).get("id") or "",
            labels=[each["title"] for each in event.get("labels") or ()],
            created_at=moment(told["created_at"]),
            updated_at=changed_at,
            **known,
        )
    ]


def deployment_rows(event: Json) -> list[sdk.Row]:
    """Return a deployment. When it was asked for is not told: until the next poll it counts from this change.

    Its change counts as a second earlier than told, so that what the poll reads is never older.
    """
    repo, word, name = repo_of(event), event["status"], event["environment"]
    status, at = to_status(word), moment(event["status_changed_at"])
    return [
        sdk.Deployment(
            id=str(event["deployment_id"]),
            service=repo.rpartition("/")[2],
            repo=repo,
            url=event.get("deployable_url") or "",
            environment=name,
            tier=to_tier(name, event.get("environment_tier")),
            sha=(event.get("commit_url") or "").rpartition("/")[2],
            version=to_version(event.get("ref") or ""),
            status=status,
            conclusion=word,
            actor=login(event.get("user")),
            rule=f"a GitLab deployment to {name}",
            created_at=at,
            finished_at=None if status in ("queued", "running") else at,
            updated_at=at - SECOND,
        )
    ]


def issue_rows(event: Json) -> list[sdk.Row]:
    """Return an issue that is an incident by its type or label; other labels that count are seen by polling."""
    issue = {**event["object_attributes"], "assignees": event.get("assignees") or ()}
    return [to_incident(issue, repo=repo_of(event))] if is_incident(issue, LABELS) else []
