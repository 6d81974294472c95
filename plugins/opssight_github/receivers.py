"""The webhook: what a delivery of GitHub says, as rows. Events that say nothing to us are taken and give none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from datasource_server import sdk
from opssight_github.connector import connector
from opssight_github.rows import to_job, to_repository, to_run, to_steps
from opssight_github.rows_code import to_pull, to_pushed_commit
from opssight_github.rows_deployments import to_deployment
from opssight_github.rows_issues import is_incident, to_incident
from opssight_github.settings import Settings
from opssight_github.words import Json

NOTHING = "0" * 40
BRANCHES = "refs/heads/"


@connector.receiver(
    verify=sdk.hmac_sha256("X-Hub-Signature-256", "sha256="),
    id_header="X-GitHub-Delivery",
    kind_header="X-GitHub-Event",
)
def webhook(delivery: sdk.Delivery) -> Sequence[sdk.Row]:
    """Take GitHub's webhook, signed and sent as application/json; choose any events, or all."""
    read = EVENTS.get(delivery.kind)
    event = delivery.json()
    try:
        if delivery.kind == "issues":
            return _issues(event, delivery.settings or Settings())
        return read(event) if read else []
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise sdk.Unparsable(f"a {delivery.kind} event: {type(problem).__name__}: {problem}") from problem


def _repo(event: Json) -> str:
    name: str = event["repository"]["full_name"]
    return name


def _workflow_run(event: Json) -> list[sdk.Row]:
    run = {"repository": event["repository"], **event["workflow_run"]}
    return [to_run(run, default_branch=event["repository"]["default_branch"])]


def _workflow_job(event: Json) -> list[sdk.Row]:
    job, repo = event["workflow_job"], _repo(event)
    return [to_job(job, repo=repo), *to_steps(job, repo=repo)]


def _push(event: Json) -> list[sdk.Row]:
    """Return the pushed commits and the branch's new head; a pushed tag only brings its commits."""
    repo, ref = _repo(event), event["ref"]
    commits = [to_pushed_commit(each, repo=repo) for each in event.get("commits") or ()]
    if not ref.startswith(BRANCHES):
        return [*commits]
    name = ref.removeprefix(BRANCHES)
    if event["deleted"] or event["after"] == NOTHING:
        return [*commits, sdk.Branch(repo=repo, name=name, is_deleted=True)]
    head = event.get("head_commit") or {}
    page = event["repository"].get("html_url") or ""
    branch = sdk.Branch(
        repo=repo,
        name=name,
        url=f"{page}/tree/{name}",
        head_sha=event["after"],
        head_at=head.get("timestamp"),
        is_default=name == event["repository"]["default_branch"],
        is_deleted=False,
    )
    return [*commits, branch]


def _pull_request(event: Json) -> list[sdk.Row]:
    return [to_pull(event["pull_request"], repo=_repo(event))]


def _issues(event: Json, settings: Settings) -> list[sdk.Row]:
    """Return the incident that an issue is; one that lost its label, or is gone, is found by the daily pass."""
    issue = event["issue"]
    return [to_incident(issue, repo=_repo(event))] if is_incident(issue, settings.incident_labels) else []


def _deployment(event: Json) -> list[sdk.Row]:
    status = event.get("deployment_status")
    if status is not None and status["state"] == "inactive":
        return []
    run_id = str((event.get("workflow_run") or {}).get("id") or "")
    return [to_deployment(event["deployment"], [status] if status else [], repo=_repo(event), run_id=run_id)]


def _ref(event: Json, *, is_deleted: bool) -> list[sdk.Row]:
    if event["ref_type"] != "branch":
        return []
    return [sdk.Branch(repo=_repo(event), name=event["ref"], is_deleted=is_deleted)]


def _repository(event: Json) -> list[sdk.Row]:
    return [] if event["action"] == "deleted" else [to_repository(event["repository"])]


EVENTS: Mapping[str, Callable[[Json], list[sdk.Row]]] = {
    "workflow_run": _workflow_run,
    "workflow_job": _workflow_job,
    "push": _push,
    "pull_request": _pull_request,
    "pull_request_review": _pull_request,
    "deployment": _deployment,
    "deployment_status": _deployment,
    "create": lambda event: _ref(event, is_deleted=False),
    "delete": lambda event: _ref(event, is_deleted=True),
    "repository": _repository,
}
