"""The shapes of deployments, environments, hooks and deliveries."""

import orjson

from .model import Delivery, Deployment, DeploymentStatus, Environment, Hook, Repository
from .moments import iso
from .site import Json, Site, user_shape


def deployment_shape(site: Site, repository: Repository, deployment: Deployment, now: int) -> Json:
    """A deployment; how it went is in its statuses only."""
    api = f"{site.repository(repository)}/deployments/{deployment.id}"
    seen = deployment.visible_statuses(now)
    return {
        "url": api,
        "id": deployment.id,
        "node_id": f"DE_{deployment.id}",
        "task": "deploy",
        "original_environment": deployment.environment,
        "environment": deployment.environment,
        "description": None,
        "created_at": iso(deployment.created_at),
        "updated_at": iso(seen[-1].created_at if seen else deployment.created_at),
        "statuses_url": f"{api}/statuses",
        "repository_url": site.repository(repository),
        "creator": user_shape(site, deployment.creator),
        "sha": deployment.sha,
        "ref": deployment.ref,
        "payload": {},
        "transient_environment": False,
        "production_environment": deployment.environment == "production",
        "performed_via_github_app": None,
    }


def deployment_status_shape(
    site: Site, repository: Repository, deployment: Deployment, status: DeploymentStatus
) -> Json:
    """One status of a deployment; its `log_url` names the job that deployed."""
    api = f"{site.repository(repository)}/deployments/{deployment.id}"
    return {
        "url": f"{api}/statuses/{status.id}",
        "id": status.id,
        "node_id": f"DES_{status.id}",
        "state": status.state,
        "creator": user_shape(site, status.creator),
        "description": "",
        "environment": deployment.environment,
        "target_url": site.web + status.log_url_path,
        "created_at": iso(status.created_at),
        "updated_at": iso(status.created_at),
        "deployment_url": api,
        "repository_url": site.repository(repository),
        "environment_url": "",
        "log_url": site.web + status.log_url_path,
        "performed_via_github_app": None,
    }


def environment_shape(site: Site, repository: Repository, environment: Environment) -> Json:
    """An environment of a repository."""
    return {
        "id": environment.id,
        "node_id": f"EN_{environment.id}",
        "name": environment.name,
        "url": f"{site.repository(repository)}/environments/{environment.name}",
        "html_url": f"{site.page(repository)}/deployments/activity_log?environments_filter={environment.name}",
        "created_at": iso(environment.created_at),
        "updated_at": iso(environment.created_at),
        "can_admins_bypass": True,
        "protection_rules": [],
        "deployment_branch_policy": None,
    }


def hook_shape(site: Site, hook: Hook) -> Json:
    """A webhook; its secret is never shown."""
    kind = "repos" if "/" in hook.owner else "orgs"
    api = f"{site.api}/{kind}/{hook.owner}/hooks/{hook.id}"
    return {
        "type": "Repository" if kind == "repos" else "Organization",
        "id": hook.id,
        "name": "web",
        "active": True,
        "events": list(hook.events),
        "config": {"content_type": "json", "insecure_ssl": "0", "url": hook.url, "secret": "********"},
        "updated_at": iso(hook.created_at),
        "created_at": iso(hook.created_at),
        "url": api,
        "ping_url": f"{api}/pings",
        "deliveries_url": f"{api}/deliveries",
    }


def delivery_shape(delivery: Delivery) -> Json:
    """A delivery as the list shows it: without what was sent."""
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": iso(delivery.delivered_at),
        "redelivery": delivery.is_redelivery,
        "duration": 0.27,
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": None,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }


def full_delivery_shape(delivery: Delivery, hook: Hook) -> Json:
    """A delivery with the headers and the body that were sent."""
    return {
        **delivery_shape(delivery),
        "url": hook.url,
        "request": {"headers": dict(delivery.headers), "payload": orjson.Fragment(delivery.body)},
        "response": {"headers": {}, "payload": "" if delivery.status_code < 300 else delivery.status},
    }
