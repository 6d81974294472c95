"""Argo CD: the notification that a sync of an application has ended, as a row. Pure functions of its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasource_server import sdk
from opssight_dora.deliveries import ARGOCD
from opssight_dora.patterns import compiled

Json = Mapping[str, Any]

PHASES: Mapping[str, sdk.Status] = {
    "Succeeded": "success",
    "Failed": "failure",
    "Error": "failure",
    "Running": "running",
    "Terminating": "cancelled",
}
ADDRESS = compiled(r"^(?:[a-z+]+://)?(?:[^@/]+@)?[^/:]+(?::\d+)?[/:](.+?)(?:\.git)?/?$")
WHOLE = compiled(r"^[0-9a-f]{40,64}$")
PREFIX = "opssight/"


def to_deployment(body: Json) -> sdk.Deployment:
    """Return the row of one sync; KeyError, TypeError or ValueError where the template sends something else.

    The application's labels `opssight/repo`, `opssight/service`, `opssight/environment` and `opssight/tier` count
    before what follows from it: its source's repository, its own name, the namespace that it goes to. Where the
    application deploys from a repository of manifests, `opssight/sha` as an annotation names the commit of the code.
    """
    name, operation = body["name"], body["operation"]
    labels = {**(body.get("labels") or {}), **(body.get("annotations") or {})}
    told = {key.removeprefix(PREFIX): str(value) for key, value in labels.items() if key.startswith(PREFIX)}
    revision, source = _revision(operation), _source(operation)
    status = PHASES[operation["phase"]]
    return sdk.Deployment(
        id=f"argocd:{body.get('namespace') or 'argocd'}/{name}:{operation['startedAt']}",
        url=body.get("url") or "",
        service=told.get("service") or name,
        repo=told.get("repo") or to_repo(source["repoURL"]),
        environment=told.get("environment") or (body.get("destination") or {}).get("namespace") or "production",
        tier=_tier(told.get("tier", "")),
        sha=told.get("sha") or (revision if WHOLE.match(revision) else ""),
        version=told.get("version") or _version(body, revision),
        status=status,
        conclusion=operation["phase"],
        actor=((operation.get("operation") or {}).get("initiatedBy") or {}).get("username") or "",
        rule=ARGOCD,
        created_at=operation["startedAt"],
        finished_at=operation.get("finishedAt") if status != "running" else None,
        updated_at=operation.get("finishedAt") or operation["startedAt"],
    )


def to_repo(address: str) -> str:
    """Return owner and name of a repository's address, over https or ssh; ValueError where it has none."""
    found = ADDRESS.match(address)
    if not found:
        raise ValueError(f"repoURL {address!r} names no repository")
    return str(found[1])


def _revision(operation: Json) -> str:
    result = operation.get("syncResult") or {}
    several = result.get("revisions") or [""]
    return str(result.get("revision") or several[0] or "")


def _source(operation: Json) -> Json:
    result = operation.get("syncResult") or {}
    found: Json = result.get("source") or (result.get("sources") or [{}])[0]
    return found


def _version(body: Json, revision: str) -> str:
    """Return the tags of the images that run, else a revision that is no commit (of a Helm chart)."""
    images = (body.get("summary") or {}).get("images") or []
    last = (image.rpartition("/")[2] for image in images if "@" not in image)
    tags = sorted({image.partition(":")[2] for image in last if ":" in image})
    if len(tags) == 1:
        return str(tags[0])
    return "" if WHOLE.match(revision) else revision


def _tier(word: str) -> sdk.Tier:
    tiers: tuple[sdk.Tier, ...] = ("production", "staging", "testing", "development")
    return next((tier for tier in tiers if tier == word), "other")
