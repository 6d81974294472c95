"""Which function answers which address."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from . import routes_account, routes_code, routes_deployments, routes_hooks, routes_issues, routes_jobs, routes_runs
from .answers import Answer
from .call import Call

Handler = Callable[[Call], Answer]
REPO = "/repos/{owner}/{repo}"
RUN = f"{REPO}/actions/runs/{{run_id}}"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and an address template; `{name...}` takes slashes too. App routes want a JWT instead of a token."""

    method: str
    template: str
    handler: Handler
    is_for_app: bool = False


def _hook_routes(owner: str) -> list[Route]:
    hook = f"{owner}/hooks/{{hook_id}}"
    return [
        Route("GET", f"{owner}/hooks", routes_hooks.list_hooks),
        Route("GET", hook, routes_hooks.get_hook),
        Route("GET", f"{hook}/deliveries", routes_hooks.list_deliveries),
        Route("GET", f"{hook}/deliveries/{{delivery_id}}", routes_hooks.get_delivery),
        Route("POST", f"{hook}/deliveries/{{delivery_id}}/attempts", routes_hooks.attempt_delivery),
    ]


ROUTES = [
    Route("GET", "/user", routes_account.get_user),
    Route("GET", "/orgs/{owner}", routes_account.get_organisation),
    Route("GET", "/app", routes_account.get_app, is_for_app=True),
    Route("GET", "/app/installations", routes_account.list_installations, is_for_app=True),
    Route("GET", "/app/installations/{installation_id}", routes_account.get_installation, is_for_app=True),
    Route("GET", "/orgs/{owner}/installation", routes_account.get_installation, is_for_app=True),
    Route("GET", f"{REPO}/installation", routes_account.get_installation, is_for_app=True),
    Route(
        "POST",
        "/app/installations/{installation_id}/access_tokens",
        routes_account.create_access_token,
        is_for_app=True,
    ),
    Route("GET", "/orgs/{owner}/repos", routes_code.list_repositories),
    Route("GET", "/users/{owner}/repos", routes_code.list_repositories),
    Route("GET", "/user/repos", routes_code.list_repositories),
    Route("GET", "/installation/repositories", routes_code.list_installation_repositories),
    Route("GET", REPO, routes_code.get_repository),
    Route("GET", f"{REPO}/branches", routes_code.list_branches),
    Route("GET", f"{REPO}/branches/{{branch...}}", routes_code.get_branch),
    Route("GET", f"{REPO}/contents/{{path...}}", routes_code.get_contents),
    Route("GET", f"{REPO}/commits", routes_code.list_commits),
    Route("GET", f"{REPO}/commits/{{ref...}}", routes_code.get_commit),
    Route("GET", f"{REPO}/compare/{{basehead...}}", routes_code.get_comparison),
    Route("GET", f"{REPO}/pulls", routes_code.list_pulls),
    Route("GET", f"{REPO}/pulls/{{number}}", routes_code.get_pull),
    Route("GET", f"{REPO}/pulls/{{number}}/reviews", routes_code.list_reviews),
    Route("GET", f"{REPO}/pulls/{{number}}/commits", routes_code.list_pull_commits),
    Route("GET", f"{REPO}/actions/workflows", routes_runs.list_workflows),
    Route("GET", f"{REPO}/actions/workflows/{{workflow_id}}", routes_runs.get_workflow),
    Route("GET", f"{REPO}/actions/workflows/{{workflow_id}}/runs", routes_runs.list_workflow_runs),
    Route("GET", f"{REPO}/actions/runs", routes_runs.list_runs),
    Route("GET", RUN, routes_runs.get_run),
    Route("GET", f"{RUN}/attempts/{{attempt}}", routes_runs.get_attempt),
    Route("POST", f"{RUN}/rerun", routes_runs.rerun),
    Route("POST", f"{RUN}/rerun-failed-jobs", routes_runs.rerun_failed_jobs),
    Route("POST", f"{RUN}/cancel", routes_runs.cancel),
    Route("GET", f"{RUN}/attempts/{{attempt}}/jobs", routes_jobs.list_attempt_jobs),
    Route("GET", f"{RUN}/jobs", routes_jobs.list_run_jobs),
    Route("GET", f"{RUN}/logs", routes_jobs.get_run_logs),
    Route("GET", f"{RUN}/attempts/{{attempt}}/logs", routes_jobs.get_attempt_logs),
    Route("GET", f"{REPO}/actions/jobs/{{job_id}}", routes_jobs.get_job),
    Route("GET", f"{REPO}/actions/jobs/{{job_id}}/logs", routes_jobs.get_job_log),
    Route("GET", f"{REPO}/deployments", routes_deployments.list_deployments),
    Route("GET", f"{REPO}/deployments/{{deployment_id}}", routes_deployments.get_deployment),
    Route("GET", f"{REPO}/deployments/{{deployment_id}}/statuses", routes_deployments.list_deployment_statuses),
    Route("GET", f"{REPO}/environments", routes_deployments.list_environments),
    Route("GET", f"{REPO}/issues", routes_issues.list_issues),
    Route("GET", f"{REPO}/issues/{{number}}", routes_issues.get_issue),
    Route("GET", f"{RUN}/artifacts", routes_issues.list_run_artifacts),
    Route("GET", f"{REPO}/actions/artifacts", routes_issues.list_artifacts),
    Route("GET", f"{REPO}/actions/artifacts/{{artifact_id}}", routes_issues.get_artifact),
    Route("GET", f"{REPO}/actions/artifacts/{{artifact_id}}/zip", routes_issues.get_artifact_zip),
    *_hook_routes(REPO),
    *_hook_routes("/orgs/{owner}"),
]


def _pattern(template: str) -> re.Pattern[str]:
    slashed = re.sub(r"\{(\w+)\.\.\.\}", r"(?P<\1>.+)", template)
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", slashed))


R = TypeVar("R", bound="Templated")


class Templated(Protocol):
    """What can be looked up: a method and an address template."""

    @property
    def method(self) -> str: ...

    @property
    def template(self) -> str: ...


class Lookup(Generic[R]):
    """Finds the route of an address among some; the first that fits."""

    def __init__(self, routes: Sequence[R]) -> None:
        """Compile the templates."""
        self._table = [(route, _pattern(route.template)) for route in routes]

    def find(self, method: str, path: str) -> tuple[R, dict[str, str]] | None:
        """The route and the values in the path as they stand there; None when there is none."""
        wanted = "GET" if method == "HEAD" else method
        for route, pattern in self._table:
            match = pattern.fullmatch(path) if route.method == wanted else None
            if match:
                return route, match.groupdict()
        return None


route_of = Lookup(ROUTES).find
