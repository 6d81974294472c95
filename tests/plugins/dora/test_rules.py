"""What counts as a deployment is a rule, and the rule is named on each row."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from opssight_dora.counting import count
from opssight_dora.deliveries import ARGOCD, POSTED, Delivery, Raw, deliveries
from opssight_dora.settings import Settings

from .values import DEFAULT, deployment, hours, job, run


def settings(*rules: dict[str, Any], **more: Any) -> Settings:
    return Settings.model_validate({"rules": rules, **more})


def one(found: list[Delivery]) -> Delivery:
    assert len(found) == 1
    return found[0]


def test_a_deployment_of_a_forge_counts_without_any_setting() -> None:
    found = one(deliveries(Raw([deployment()]), DEFAULT))
    assert (found.rule, found.service, found.environment, found.tier) == (
        "deployment of the forge",
        "web",
        "production",
        "production",
    )


@pytest.mark.parametrize(("told", "rule"), [(POSTED, "posted deployment"), (ARGOCD, "Argo CD")])
def test_what_was_posted_and_what_argo_cd_told_are_told_apart(told: str, rule: str) -> None:
    assert one(deliveries(Raw([deployment(source="dora", rule=told)]), DEFAULT)).rule == rule


def test_a_job_with_an_environment_is_a_deployment_dated_by_the_last_finish_of_its_run() -> None:
    jobs = [
        job(id="11", environment="production", created_at=hours(1), finished_at=hours(2)),
        job(id="12", environment="production", created_at=hours(2), finished_at=hours(4)),
        job(id="13", environment="", name="test"),
    ]
    found = one(deliveries(Raw(jobs=jobs), DEFAULT))
    assert (found.id, found.rule, found.created_at, found.finished_at) == (
        "job:12",
        "job with an environment",
        hours(1),
        hours(4),
    )


@pytest.mark.parametrize(
    ("statuses", "together"),
    [(("success", "failure"), "failure"), (("success", "running"), "running"), (("skipped", "success"), "success")],
)
def test_several_jobs_went_as_the_worst_of_them(statuses: tuple[str, str], together: str) -> None:
    jobs = [
        job(id=str(n), environment="production", status=status, finished_at=None if status == "running" else hours(2))
        for n, status in enumerate(statuses)
    ]
    found = one(deliveries(Raw(jobs=jobs), DEFAULT))
    assert found.status == together
    assert (found.finished_at is None) == (together == "running")


def test_a_job_is_no_second_deployment_beside_the_one_of_its_forge() -> None:
    by_run = Raw([deployment(run_id="1", sha="")], [job(environment="Production")])
    by_commit = Raw([deployment()], [job(environment="production", run_id="9")])
    assert one(deliveries(by_run, DEFAULT)).id == "1"
    assert one(deliveries(by_commit, DEFAULT)).id == "1"
    elsewhere = Raw([deployment(run_id="1")], [job(environment="staging")])
    assert [each.environment for each in deliveries(elsewhere, DEFAULT)] == ["production", "staging"]


def test_a_second_attempt_is_a_deployment_of_its_own() -> None:
    jobs = [
        job(id="1", environment="production", status="failure"),
        job(id="2", environment="production", attempt=2, finished_at=hours(3)),
    ]
    assert [(each.id, each.status) for each in deliveries(Raw(jobs=jobs), DEFAULT)] == [
        ("job:1", "failure"),
        ("job:2", "success"),
    ]


def test_names_are_never_guessed_at_but_by_a_rule() -> None:
    raw = Raw(jobs=[job(name="deploy-production")], runs=[run(pipeline="Deploy to production")])
    assert deliveries(raw, DEFAULT) == []
    rule = {"name": "deploy jobs", "kind": "job", "matches": "^deploy-(?P<environment>[a-z]+)$"}
    found = one(deliveries(raw, settings(rule)))
    assert (found.rule, found.environment, found.tier) == ("deploy jobs", "production", "production")


def test_a_pipeline_counts_by_its_name_on_the_branches_that_the_rule_names() -> None:
    rule = {"name": "ship", "kind": "pipeline", "matches": "^ship$", "branches": "^main$", "environment": "prod"}
    runs = [run(), run(id="2", branch="try"), run(id="1", attempt=2), run(id="3", pipeline="test")]
    found = deliveries(Raw(runs=runs), settings(rule))
    assert [(each.id, each.environment, each.tier) for each in found] == [
        ("run:1", "prod", "production"),
        ("run:1/2", "prod", "production"),
    ]


def test_the_first_rule_that_fits_counts() -> None:
    rules = (
        {"name": "ours", "kind": "environment", "matches": "^prod", "repos": "^acme/web$", "tier": "staging"},
        {"name": "others", "kind": "environment"},
    )
    found = deliveries(Raw([deployment(), deployment(id="2", repo="acme/api")]), settings(*rules))
    assert [(each.rule, each.tier) for each in found] == [("ours", "staging"), ("others", "production")]


def test_a_rule_names_service_and_environment_by_what_it_knows() -> None:
    rule = {
        "name": "cells",
        "kind": "environment",
        "matches": r"^(?P<service>\w+)-(?P<cell>\w+)$",
        "environment": "production {cell}",
    }
    found = one(deliveries(Raw([deployment(environment="checkout-eu", tier="other")]), settings(rule)))
    assert (found.service, found.environment, found.tier) == ("checkout", "production eu", "production")
    by_template = {"name": "t", "kind": "environment", "service": "{name}/{environment}"}
    assert one(deliveries(Raw([deployment()]), settings(by_template))).service == "web/production"


def test_a_deployment_that_no_rule_takes_says_so() -> None:
    rule = {"name": "only argo", "kind": "argocd"}
    found = deliveries(Raw([deployment()]), settings(rule))
    assert count(found, settings(rule)).left_out == {("github", "1"): "no rule takes it for a deployment"}


@pytest.mark.parametrize(
    ("environment", "tier"),
    [
        ("production", "production"),
        ("prod-eu", "production"),
        ("eu_live", "production"),
        ("pre-prod", "staging"),
        ("preproduction", "staging"),
        ("qa_2", "staging"),
        ("review/feature-7", "development"),
        ("integration", "testing"),
        ("product-catalogue", "other"),
        ("cluster-7", "other"),
    ],
)
def test_environments_are_ranked_into_tiers_by_their_names(environment: str, tier: str) -> None:
    assert DEFAULT.tier_of(environment) == tier


def test_settings_rank_environments_before_their_forge_and_their_names() -> None:
    ranked = Settings.model_validate({"tiers": {"production": ["^cluster-[12]$"], "staging": ["^production-test$"]}})
    assert ranked.tier_of("cluster-1", "testing") == "production"
    assert ranked.tier_of("production-test", "production") == "staging"
    assert ranked.tier_of("cluster-3", "testing") == "testing"


def test_services_are_found_by_alias_and_by_repository() -> None:
    found = Settings.model_validate(
        {"services": {"checkout": {"repos": ["acme/shop-.*"], "aliases": ["co"]}, "mono": {"aliases": ["m"]}}}
    )
    assert found.service_of("acme/shop-web") == "checkout"
    assert found.service_of("acme/shop-web", "shop-web") == "checkout"
    assert found.service_of("acme/shop-web", "search") == "search"
    assert found.service_of("acme/other", "co") == "checkout"
    assert found.service_of("acme/my-shop-web") == "my-shop-web"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"rules": [{"name": "x", "kind": "job", "matches": "("}]}, "is no RE2 expression"),
        ({"rules": [{"name": "x", "kind": "job", "matches": "deploy"}]}, "does not say which environment"),
        ({"rules": [{"name": "x", "kind": "environment", "service": "{nothing}"}]}, "{nothing} is none of"),
        ({"rules": [{"name": "x", "kind": "webhook", "branches": "main"}]}, "has no branch"),
        ({"rules": [{"name": "x", "kind": "argocd"}, {"name": "x", "kind": "webhook"}]}, "several rules are called x"),
        ({"rules": [{"name": "x", "kind": "guess"}]}, "Input should be"),
        ({"services": {"a": {"paths": ["/a/"]}}}, "not the repos that they are in"),
        ({"production_tiers": []}, "no tier is left"),
        ({"gap_days": 0}, "greater than 0"),
        ({"gap": 3}, "Extra inputs"),
    ],
)
def test_settings_that_can_not_be_meant_are_refused_with_what_is_wrong(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("{", r"\{").replace("}", r"\}")):
        Settings.model_validate(table)
