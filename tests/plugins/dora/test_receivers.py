"""Deployments come in by anybody's JSON and by Argo CD's notifications."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from datasource_server import sdk
from datasource_server.sdk.testing import check_connector
from opssight_dora import receivers
from opssight_dora.argocd import to_deployment, to_repo
from opssight_dora.posted import to_deployments

from .values import hours

POSTED: dict[str, Any] = {
    "id": "77",
    "repo": "acme/web",
    "service": "checkout",
    "environment": "production",
    "sha": "a" * 40,
    "version": "v1.2",
    "status": "succeeded",
    "actor": "ana",
    "url": "https://ci.example/77",
    "created_at": "2026-03-02T10:00:00+01:00",
    "finished_at": "2026-03-02T10:05:00+01:00",
}
SYNCED: dict[str, Any] = {
    "name": "checkout",
    "namespace": "argocd",
    "labels": {"team": "payments"},
    "annotations": None,
    "destination": {"namespace": "production", "server": "https://k8s.example"},
    "summary": {"images": ["registry.example:5000/acme/checkout:v1.2", "sidecar@sha256:abc"]},
    "url": "https://argocd.example/applications/checkout",
    "operation": {
        "phase": "Succeeded",
        "startedAt": "2026-03-02T10:00:00Z",
        "finishedAt": "2026-03-02T10:01:00Z",
        "operation": {"initiatedBy": {"username": "ana"}},
        "syncResult": {"revision": "b" * 40, "source": {"repoURL": "https://forge.example/acme/deploy.git"}},
    },
}


def delivery(body: object) -> sdk.Delivery:
    return sdk.Delivery("1", "", {}, orjson.dumps(body), hours(20))


def one(rows: Any) -> sdk.Deployment:
    (row,) = rows
    assert isinstance(row, sdk.Deployment)
    return row


@pytest.mark.slow
def test_it_keeps_the_promises_of_the_sdk() -> None:
    check_connector("opssight_dora", [("deployments", "", orjson.dumps(POSTED)), ("argocd", "", orjson.dumps(SYNCED))])


def test_a_posted_deployment_is_a_row() -> None:
    row = one(receivers.deployments(delivery(POSTED)))
    assert (row.id, row.service, row.status, row.conclusion, row.rule) == (
        "77",
        "checkout",
        "success",
        "succeeded",
        "posted to OpsSight",
    )
    assert (row.created_at, row.finished_at) == (hours(9), hours(9 + 5 / 60))


def test_little_suffices_and_the_rest_follows() -> None:
    row = one(to_deployments({"repo": "acme/web", "environment": "prod", "version": "7"}, hours(20)))
    assert (row.service, row.status, row.created_at, row.finished_at) == ("web", "success", hours(20), hours(20))
    again = one(to_deployments({"repo": "acme/web", "environment": "prod", "version": "7"}, hours(21)))
    other = one(to_deployments({"repo": "acme/web", "environment": "prod", "version": "8"}, hours(21)))
    assert row.id == again.id != other.id


def test_one_that_still_runs_has_no_end() -> None:
    row = one(to_deployments(POSTED | {"status": "In Progress", "finished_at": None}, hours(20)))
    assert (row.status, row.finished_at) == ("running", None)


@pytest.mark.parametrize("wrap", [lambda each: [each, each], lambda each: {"deployments": [each, each]}])
def test_several_come_in_one_delivery(wrap: Any) -> None:
    assert len(to_deployments(wrap(POSTED), hours(20))) == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"environment": ""}, "environment"),
        ({"repo": None}, "repo"),
        ({"status": "fine"}, "status 'fine' is none of"),
        ({"sha": "HEAD"}, "sha"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"enviroment": "x"}, "enviroment: Extra inputs"),
    ],
)
def test_what_can_not_be_understood_says_what_is_wrong(more: dict[str, Any], said: str) -> None:
    with pytest.raises(sdk.Unparsable, match=said):
        receivers.deployments(delivery(POSTED | more))


def test_a_sync_of_argo_cd_is_a_deployment_of_the_application() -> None:
    row = one(receivers.argocd(delivery(SYNCED)))
    assert row.id == "argocd:argocd/checkout:2026-03-02T10:00:00Z"
    assert (row.service, row.repo, row.environment, row.sha, row.version) == (
        "checkout",
        "acme/deploy",
        "production",
        "b" * 40,
        "v1.2",
    )
    assert (row.status, row.actor, row.rule) == ("success", "ana", "Argo CD notification")


def test_labels_of_the_application_say_what_does_not_follow_from_it() -> None:
    told = {"opssight/repo": "acme/shop", "opssight/service": "cart", "opssight/environment": "eu"}
    row = to_deployment(
        SYNCED | {"labels": told | {"opssight/tier": "production"}, "annotations": {"opssight/sha": "c" * 40}}
    )
    assert (row.repo, row.service, row.environment, row.tier, row.sha) == (
        "acme/shop",
        "cart",
        "eu",
        "production",
        "c" * 40,
    )


def test_a_chart_has_a_version_and_no_commit() -> None:
    result = {"revision": "1.4.2", "sources": [{"repoURL": "https://charts.example/stable"}]}
    row = to_deployment(SYNCED | {"operation": SYNCED["operation"] | {"syncResult": result}, "summary": {}})
    assert (row.sha, row.version) == ("", "1.4.2")


@pytest.mark.parametrize(("phase", "status"), [("Failed", "failure"), ("Error", "failure"), ("Running", "running")])
def test_phases_are_statuses(phase: str, status: str) -> None:
    row = to_deployment(SYNCED | {"operation": SYNCED["operation"] | {"phase": phase}})
    assert (row.status, row.finished_at is None) == (status, status == "running")


@pytest.mark.parametrize(
    "body", [{}, [], {"name": "x", "operation": {}}, SYNCED | {"operation": SYNCED["operation"] | {"phase": "Odd"}}]
)
def test_another_template_is_kept_and_not_understood(body: object) -> None:
    with pytest.raises(sdk.Unparsable, match="an Argo CD notification"):
        receivers.argocd(delivery(body))


@pytest.mark.parametrize(
    ("address", "repo"),
    [
        ("https://forge.example/acme/web.git", "acme/web"),
        ("https://user@forge.example:8443/acme/web/", "acme/web"),
        ("git@forge.example:acme/web.git", "acme/web"),
        ("ssh://git@forge.example:22/group/sub/web.git", "group/sub/web"),
    ],
)
def test_addresses_of_repositories_name_owner_and_name(address: str, repo: str) -> None:
    assert to_repo(address) == repo


def test_an_address_without_a_repository_is_refused() -> None:
    with pytest.raises(ValueError, match="names no repository"):
        to_repo("nowhere")
