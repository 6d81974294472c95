"""The connector keeps the SDK's promises."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from datasource_server.sdk.testing import check_connector
from opssight_gitlab import connector
from opssight_gitlab.settings import Settings
from tests.fakes.github import generate_organisation
from tests.fakes.gitlab import Webhooks

NAMES = [
    "projects",
    "merge_requests",
    "pipelines",
    "swept_pipelines",
    "schedules",
    "commits",
    "commit_files",
    "branches",
    "branch_distances",
    "environments",
    "deployments",
    "incidents",
    "job_traces",
    "test_reports",
    "missed_deliveries",
]


def test_the_connector_passes_the_contract_suite() -> None:
    world = generate_organisation(repos=1, runs=40, seed=6)
    hooks = Webhooks(world, world.add_hook("acme", "http://127.0.0.1/", "s"))
    (repository,) = world.repositories.values()
    pull = next(iter(repository.pulls.values()))
    deliveries = [
        *(delivery for run in list(world.runs())[:5] for delivery in hooks.story(run)),
        hooks.push(repository, next(reversed(repository.commits.values()))),
        hooks.merge_request(repository, pull, "open"),
        hooks.deployment(repository, repository.deployments[0]),
    ]
    check_connector("opssight_gitlab", [("webhook", each.headers["X-Gitlab-Event"], each.body) for each in deliveries])


def test_a_pass_reads_first_what_the_others_need() -> None:
    assert list(connector.collectors) == NAMES
    assert (connector.name, connector.more.title) == ("gitlab", "GitLab")


@pytest.mark.parametrize(
    "wrong",
    [
        {"projects": ["web"]},
        {"projects": ["acme/../web"]},
        {"groups": ["acme/"]},
        {"webhook_signing": "no signing token"},
        {"webhook_secret": "whsec_abc"},
        {"log_days": 91},
    ],
)
def test_settings_that_can_not_be_meant_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


def test_gitlab_com_is_read_unless_another_server_is_named() -> None:
    assert Settings().base_url == "https://gitlab.com/api/v4"
    assert Settings(base_url="https://git.acme.test/api/v4/").base_url == "https://git.acme.test/api/v4"
