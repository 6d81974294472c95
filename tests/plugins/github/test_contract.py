"""The connector keeps the SDK's promises."""

from __future__ import annotations

from datasource_server.sdk.testing import check_connector
from opssight_github import connector
from tests.fakes.github import Webhooks, generate_organisation, open_issue

NAMES = [
    "repositories",
    "workflows",
    "runs",
    "late_reruns",
    "jobs",
    "pull_requests",
    "commits",
    "commit_files",
    "branches",
    "branch_distances",
    "deployments",
    "environments",
    "job_logs",
    "test_results",
    "incidents",
    "all_incidents",
    "missed_deliveries",
]


def test_the_connector_passes_the_contract_suite() -> None:
    world = generate_organisation(repos=1, runs=40, seed=6)
    hooks = Webhooks(world, world.add_hook("acme", "http://127.0.0.1/", "s"))
    (repository,) = world.repositories.values()
    pull = next(each for each in repository.pulls.values() if each.reviews)
    deployment = repository.deployments[0]
    deliveries = [
        *(delivery for run in list(world.runs())[:5] for delivery in hooks.story(run)),
        hooks.push(repository, next(reversed(repository.commits.values()))),
        hooks.pull_request(repository, pull, "opened"),
        hooks.pull_request_review(repository, pull, pull.reviews[0]),
        hooks.deployment(repository, deployment),
        *(hooks.deployment_status(repository, deployment, each) for each in deployment.statuses),
        hooks.create(repository, "try"),
        hooks.delete(repository, "try"),
        hooks.issues(repository, open_issue(world, repository, "Checkout is down", ["incident"]), "opened"),
        hooks.ping(),
    ]
    check_connector("opssight_github", [("webhook", each.event, each.body) for each in deliveries])


def test_a_pass_reads_first_what_the_others_need() -> None:
    assert list(connector.collectors) == NAMES
    assert (connector.name, connector.more.title) == ("github", "GitHub")
