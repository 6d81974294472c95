"""GitHub's deployments and environments as rows. Pure functions of GitHub's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import re2  # type: ignore[import-untyped]

from datasource_server import sdk
from datasource_server.sdk.labels import to_version
from opssight_github.words import DEPLOYED, Json, login, to_tier

RUN_ADDRESS = re2.compile(r"/actions/runs/(\d+)")


def to_deployment(deployment: Json, statuses: Sequence[Json], *, repo: str, run_id: str = "") -> sdk.Deployment:
    """Return the row of a deployment with its statuses, in any order.

    GitHub makes a deployment inactive when another takes its place: that is no end of its own, so the status before
    it counts. `run_id` is the run that deployed where the statuses do not name it.
    """
    told = sorted((each for each in statuses if each["state"] != "inactive"), key=_age)
    word = told[-1]["state"] if told else "queued"
    status, environment = DEPLOYED.get(word, "queued"), deployment["environment"]
    is_over = status in ("success", "failure")
    known: dict[str, Any] = {"run_id": found} if (found := _run_id(told) or run_id) else {}
    return sdk.Deployment(
        id=str(deployment["id"]),
        service=repo.rpartition("/")[2],
        repo=repo,
        url=_page(told),
        environment=environment,
        tier=to_tier(environment, is_production=bool(deployment.get("production_environment"))),
        sha=deployment["sha"],
        version=to_version(deployment.get("ref") or ""),
        status=status,
        conclusion=word,
        actor=login(deployment.get("creator")),
        rule=f"a GitHub deployment to {environment}",
        created_at=deployment["created_at"],
        finished_at=told[-1]["created_at"] if is_over else None,
        updated_at=told[-1]["created_at"] if told else deployment["created_at"],
        **known,
    )


def _age(status: Json) -> tuple[str, int]:
    return status["created_at"], status["id"]


def _run_id(statuses: Sequence[Json]) -> str:
    addresses = (each.get("log_url") or each.get("target_url") or "" for each in statuses)
    return next((found[1] for address in addresses if (found := RUN_ADDRESS.search(address))), "")


def _page(statuses: Sequence[Json]) -> str:
    addresses = (each.get("log_url") or each.get("target_url") or "" for each in reversed(statuses))
    return next((address for address in addresses if address.startswith(("https://", "http://"))), "")


def to_environment(environment: Json, *, repo: str) -> sdk.Environment:
    """Return the row of an environment."""
    name = environment["name"]
    return sdk.Environment(
        repo=repo,
        name=name,
        url=environment.get("html_url") or "",
        tier=to_tier(name),
        created_at=environment.get("created_at"),
    )
