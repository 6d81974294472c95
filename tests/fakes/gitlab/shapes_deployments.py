"""The shapes of deployments and environments."""

from bisect import bisect_left

from tests.fakes.github.model import Deployment, DeploymentStatus, Environment, Repository, Run

from .builds import Build, builds_of
from .call import Call
from .moments import iso
from .shapes_pipelines import job_shape
from .site import Json, user_shape

STATUSES = {"in_progress": "running", "success": "success", "failure": "failed", "error": "canceled"}
TIERS = ("production", "staging", "testing", "development")


def _seen(deployment: Deployment, now: int) -> list[DeploymentStatus]:
    """The statuses by now. GitLab has no word for being replaced: a success stays one."""
    return [each for each in deployment.visible_statuses(now) if each.state != "inactive"]


def status_of(deployment: Deployment, now: int) -> str:
    """GitLab's word for a deployment."""
    seen = _seen(deployment, now)
    return STATUSES[seen[-1].state] if seen else "created"


def updated_at(deployment: Deployment, now: int) -> int:
    """The last moment at which something changed."""
    return max([deployment.created_at, *(each.created_at for each in _seen(deployment, now))])


def finished_at(deployment: Deployment, now: int) -> int | None:
    """When it ended; None while it is open."""
    return updated_at(deployment, now) if status_of(deployment, now) in ("success", "failed", "canceled") else None


def iid_of(repository: Repository, deployment: Deployment) -> int:
    """The number that people see, counted per project."""
    return bisect_left(sorted(each.id for each in repository.deployments), deployment.id) + 1


def job_of(call: Call, deployment: Deployment) -> tuple[Run, Build]:
    """The job that deployed, with its pipeline."""
    run, _, job = call.world.job(int(deployment.statuses[0].log_url_path.rpartition("/")[2]))
    builds = builds_of(run, call.now, call.extras, reuses_skipped=call.switches.reuses_skipped)
    return run, next(build for build in builds if build.job is job)


def tier_of(name: str) -> str:
    """GitLab's guess from the name."""
    return next((tier for tier in TIERS if name.startswith(tier[:4])), "other")


def environment_shape(call: Call, repository: Repository, environment: Environment, *, is_whole: bool = False) -> Json:
    """An environment; its own address also tells its last deployment."""
    shape: Json = {
        "id": environment.id,
        "name": environment.name,
        "slug": environment.name,
        "external_url": f"https://{environment.name}.example.test",
        "created_at": iso(environment.created_at),
        "updated_at": iso(environment.created_at),
        "tier": tier_of(environment.name),
        "state": "available",
        "auto_stop_at": None,
        "description": None,
    }
    if not is_whole:
        return shape
    found = [
        each
        for each in repository.deployments
        if each.environment == environment.name and status_of(each, call.now) == "success"
    ]
    return {**shape, "last_deployment": deployment_shape(call, repository, found[-1]) if found else None}


def deployment_shape(call: Call, repository: Repository, deployment: Deployment) -> Json:
    """A deployment with the job that did it. Its end is the last change while it was open."""
    environment = next(each for each in repository.environments if each.name == deployment.environment)
    kept = ("id", "name", "slug", "external_url", "created_at", "updated_at")
    shown = environment_shape(call, repository, environment)
    return {
        "id": deployment.id,
        "iid": iid_of(repository, deployment),
        "ref": deployment.ref,
        "sha": deployment.sha,
        "created_at": iso(deployment.created_at),
        "updated_at": iso(updated_at(deployment, call.now)),
        "user": user_shape(call.site, deployment.creator),
        "environment": {key: shown[key] for key in kept},
        "deployable": job_shape(call, *job_of(call, deployment)),
        "status": status_of(deployment, call.now),
    }
