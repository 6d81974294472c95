"""Routes of deployments and environments."""

from tests.fakes.github.answers import Answer, to_json
from tests.fakes.github.model import Deployment, Environment

from .answers import bad_request, not_found
from .call import Call
from .paging import list_page, ordered, within
from .shapes_deployments import deployment_shape, environment_shape, finished_at, iid_of, status_of, updated_at

STATUSES = ("created", "running", "success", "failed", "canceled", "blocked")


def list_deployments(call: Call) -> Answer:
    """GET …/deployments: oldest first; what changed since only in the order of its last change."""
    _check_pairs(call)
    project, now = call.project(), call.now
    found = [each for each in project.deployments if each.created_at <= now and _is_wanted(call, each)]
    found = within(call, found, "updated", lambda each: updated_at(each, now))
    found = within(call, found, "finished", lambda each: finished_at(each, now) or 0)
    orders = {
        "id": lambda each: (each.id,),
        "iid": lambda each: (iid_of(project, each),),
        "created_at": lambda each: (each.created_at, each.id),
        "updated_at": lambda each: (updated_at(each, now), each.id),
        "finished_at": lambda each: (finished_at(each, now) or 0, each.id),
        "ref": lambda each: (each.ref, each.id),
    }
    return list_page(
        call, ordered(call, found, orders, "id", "asc"), lambda each: deployment_shape(call, project, each)
    )


def _check_pairs(call: Call) -> None:
    """GitLab refuses what it couldn't look up by an index."""
    for name in ("updated_at", "finished_at"):
        stem = name.removesuffix("_at")
        is_filtered = bool(call.get(f"{stem}_after") or call.get(f"{stem}_before"))
        if is_filtered and call.get("order_by", "id") != name:
            raise bad_request(f"`{name}` filter and `{name}` sorting must be paired")
        if is_filtered and name == "finished_at" and call.get("status") != "success":
            raise bad_request("`finished_at` filter must be combined with `success` status filter.")


def _is_wanted(call: Call, deployment: Deployment) -> bool:
    status = status_of(deployment, call.now)
    is_asked = call.choice("status", STATUSES, "") in ("", status)
    return is_asked and call.get("environment", deployment.environment) == deployment.environment


def get_deployment(call: Call) -> Answer:
    """GET …/deployments/{deployment_id}."""
    project, wanted = call.project(), call.number("deployment_id")
    for deployment in project.deployments:
        if deployment.id == wanted and deployment.created_at <= call.now:
            return to_json(deployment_shape(call, project, deployment))
    raise not_found()


def list_environments(call: Call) -> Answer:
    """GET …/environments; `name`, `search` and `states` choose."""
    project = call.project()
    found = [each for each in project.environments if _is_named(call, each)]
    return list_page(call, found, lambda each: environment_shape(call, project, each))


def _is_named(call: Call, environment: Environment) -> bool:
    fits = call.get("search") in environment.name and call.get("states", "available") == "available"
    return fits and call.get("name", environment.name) == environment.name


def get_environment(call: Call) -> Answer:
    """GET …/environments/{environment_id}, with its last deployment."""
    project, wanted = call.project(), call.number("environment_id")
    for environment in project.environments:
        if environment.id == wanted:
            return to_json(environment_shape(call, project, environment, is_whole=True))
    raise not_found("Environment")
