"""Routes of deployments and environments."""

from .answers import Answer, not_found, to_json
from .call import Call, list_page
from .model import Deployment
from .shapes_deployments import deployment_shape, deployment_status_shape, environment_shape


def list_deployments(call: Call) -> Answer:
    """GET …/deployments: newest first; `environment`, `sha`, `ref` and `task` choose."""
    repository, now = call.repository(), call.world.now
    found = [each for each in reversed(repository.deployments) if each.created_at <= now and _is_wanted(call, each)]
    return list_page(call, found, lambda each: deployment_shape(call.site, repository, each, now))


def _is_wanted(call: Call, deployment: Deployment) -> bool:
    values = {
        "environment": deployment.environment,
        "sha": deployment.sha,
        "ref": deployment.ref,
        "task": "deploy",
    }
    return all(call.get(name, value) == value for name, value in values.items())


def _deployment(call: Call) -> Deployment:
    wanted = call.number("deployment_id")
    for deployment in call.repository().deployments:
        if deployment.id == wanted and deployment.created_at <= call.world.now:
            return deployment
    raise not_found()


def get_deployment(call: Call) -> Answer:
    """GET …/deployments/{deployment_id}."""
    return to_json(deployment_shape(call.site, call.repository(), _deployment(call), call.world.now))


def list_deployment_statuses(call: Call) -> Answer:
    """GET …/deployments/{deployment_id}/statuses, newest first."""
    repository, deployment = call.repository(), _deployment(call)
    found = deployment.visible_statuses(call.world.now)[::-1]
    return list_page(call, found, lambda each: deployment_status_shape(call.site, repository, deployment, each))


def list_environments(call: Call) -> Answer:
    """GET …/environments."""
    repository = call.repository()
    return list_page(
        call, repository.environments, lambda each: environment_shape(call.site, repository, each), "environments"
    )
