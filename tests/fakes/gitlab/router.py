"""Which function answers which address. Addresses are matched before their escapes are undone."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from tests.fakes.github.answers import Answer
from tests.fakes.github.router import Lookup

from . import (
    routes_code,
    routes_deployments,
    routes_hooks,
    routes_issues,
    routes_jobs,
    routes_pipelines,
    routes_projects,
)
from .call import Call

Handler = Callable[[Call], Answer]
PROJECT = "/projects/{id}"
PIPELINE = f"{PROJECT}/pipelines/{{pipeline_id}}"
JOB = f"{PROJECT}/jobs/{{job_id}}"
CODE = f"{PROJECT}/repository"
MERGE_REQUEST = f"{PROJECT}/merge_requests/{{iid}}"
SCHEDULE = f"{PROJECT}/pipeline_schedules/{{schedule_id}}"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and an address template; `{name...}` takes slashes too."""

    method: str
    template: str
    handler: Handler


def _hook_routes(owner: str) -> list[Route]:
    hook = f"{owner}/hooks/{{hook_id}}"
    return [
        Route("GET", f"{owner}/hooks", routes_hooks.list_hooks),
        Route("GET", hook, routes_hooks.get_hook),
        Route("GET", f"{hook}/events", routes_hooks.list_events),
        Route("POST", f"{hook}/events/{{event_id}}/resend", routes_hooks.resend),
    ]


ROUTES = [
    Route("GET", "/version", routes_projects.get_version),
    Route("GET", "/metadata", routes_projects.get_version),
    Route("GET", "/user", routes_projects.get_user),
    Route("GET", "/groups", routes_projects.list_groups),
    Route("GET", "/groups/{id}", routes_projects.get_group),
    Route("GET", "/groups/{id}/projects", routes_projects.list_group_projects),
    Route("GET", "/groups/{id}/subgroups", routes_projects.list_subgroups),
    Route("GET", "/groups/{id}/descendant_groups", routes_projects.list_subgroups),
    Route("GET", "/projects", routes_projects.list_projects),
    Route("GET", PROJECT, routes_projects.get_project),
    Route("GET", f"{PROJECT}/pipelines", routes_pipelines.list_pipelines),
    Route("GET", f"{PROJECT}/pipelines/latest", routes_pipelines.get_latest_pipeline),
    Route("POST", f"{PROJECT}/pipeline", routes_pipelines.create),
    Route("GET", PIPELINE, routes_pipelines.get_pipeline),
    Route("POST", f"{PIPELINE}/retry", routes_pipelines.retry),
    Route("POST", f"{PIPELINE}/cancel", routes_pipelines.cancel),
    Route("GET", f"{PIPELINE}/jobs", routes_jobs.list_pipeline_jobs),
    Route("GET", f"{PIPELINE}/bridges", routes_jobs.list_bridges),
    Route("GET", f"{PIPELINE}/test_report", routes_jobs.get_test_report),
    Route("GET", f"{PIPELINE}/test_report_summary", routes_jobs.get_test_report_summary),
    Route("GET", f"{PROJECT}/pipeline_schedules", routes_pipelines.list_schedules),
    Route("GET", SCHEDULE, routes_pipelines.get_schedule),
    Route("GET", f"{SCHEDULE}/pipelines", routes_pipelines.list_scheduled_pipelines),
    Route("GET", f"{PROJECT}/jobs", routes_jobs.list_project_jobs),
    Route("GET", JOB, routes_jobs.get_job),
    Route("GET", f"{JOB}/trace", routes_jobs.get_trace),
    Route("GET", f"{JOB}/artifacts", routes_jobs.get_artifacts),
    Route("GET", f"{JOB}/artifacts/{{path...}}", routes_jobs.get_artifact_file),
    Route("POST", f"{JOB}/retry", routes_jobs.retry),
    Route("POST", f"{JOB}/cancel", routes_jobs.cancel),
    Route("POST", f"{JOB}/play", routes_jobs.play),
    Route("POST", f"{JOB}/erase", routes_jobs.erase),
    Route("GET", f"{CODE}/branches", routes_code.list_branches),
    Route("GET", f"{CODE}/branches/{{branch}}", routes_code.get_branch),
    Route("GET", f"{CODE}/tags", routes_code.list_tags),
    Route("GET", f"{CODE}/commits", routes_code.list_commits),
    Route("GET", f"{CODE}/commits/{{sha}}", routes_code.get_commit),
    Route("GET", f"{CODE}/commits/{{sha}}/diff", routes_code.list_commit_diffs),
    Route("GET", f"{CODE}/commits/{{sha}}/sequence", routes_code.get_sequence),
    Route("GET", f"{CODE}/merge_base", routes_code.get_merge_base),
    Route("GET", f"{CODE}/compare", routes_code.get_comparison),
    Route("GET", f"{CODE}/files/{{path}}", routes_code.get_file),
    Route("GET", f"{CODE}/files/{{path}}/raw", routes_code.get_raw_file),
    Route("GET", f"{PROJECT}/merge_requests", routes_code.list_merge_requests),
    Route("GET", MERGE_REQUEST, routes_code.get_merge_request),
    Route("GET", f"{MERGE_REQUEST}/commits", routes_code.list_merge_request_commits),
    Route("GET", f"{MERGE_REQUEST}/diffs", routes_code.list_merge_request_diffs),
    Route("GET", f"{MERGE_REQUEST}/pipelines", routes_code.list_merge_request_pipelines),
    Route("GET", f"{MERGE_REQUEST}/notes", routes_code.list_notes),
    Route("GET", f"{MERGE_REQUEST}/approvals", routes_code.get_approvals),
    Route("GET", f"{PROJECT}/deployments", routes_deployments.list_deployments),
    Route("GET", f"{PROJECT}/deployments/{{deployment_id}}", routes_deployments.get_deployment),
    Route("GET", f"{PROJECT}/environments", routes_deployments.list_environments),
    Route("GET", f"{PROJECT}/environments/{{environment_id}}", routes_deployments.get_environment),
    Route("GET", f"{PROJECT}/issues", routes_issues.list_issues),
    Route("GET", f"{PROJECT}/issues/{{iid}}", routes_issues.get_issue),
    *_hook_routes(PROJECT),
    *_hook_routes("/groups/{id}"),
]


_LOOKUP = Lookup(ROUTES)


def route_of(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of an address and the values in its path, without escapes; None when there is none."""
    if (found := _LOOKUP.find(method, path)) is None:
        return None
    route, values = found
    return route, {name: unquote(value) for name, value in values.items()}
