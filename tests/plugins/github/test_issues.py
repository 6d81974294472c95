"""Issues with a label that says so are incidents: polled, pushed, and forgotten when they lost the label."""

from __future__ import annotations

from datetime import timedelta

import httpx

from opssight_github.collectors_issues import all_incidents, incidents
from opssight_github.rows_issues import is_incident, to_incident
from tests.fakes.github import FakeGitHub, Webhooks, World, change_issue, open_issue, sign

from .asking import asking, rows_of
from .comparing import differences
from .house import SECRET, House

ISSUE = {
    "id": 9,
    "title": "Checkout is down",
    "labels": [{"name": "Incident"}, "sev2"],
    "assignees": [{"login": "ana"}, None],
    "created_at": "2026-01-15T10:00:00Z",
    "updated_at": "2026-01-15T12:00:00Z",
    "closed_at": "2026-01-15T11:30:00Z",
    "html_url": "https://github.com/acme/web/issues/3",
}


def test_an_issue_becomes_an_incident_of_its_repository() -> None:
    row = to_incident(ISSUE, repo="acme/web")
    assert (row.id, row.service, row.state, row.severity, row.original_severity) == (
        "9",
        "web",
        "resolved",
        "high",
        "sev2",
    )
    assert (row.resolved_at or row.opened_at) - row.opened_at == timedelta(minutes=90)
    assert (row.assignees, row.environment) == (["ana"], "production")


def test_labels_are_compared_in_any_case_and_pull_requests_never_count() -> None:
    assert is_incident(ISSUE, ["outage", "INCIDENT"])
    assert not is_incident(ISSUE, ["outage"])
    assert not is_incident(ISSUE, [])
    assert not is_incident({**ISSUE, "pull_request": {"url": "x"}}, ["incident"])


def _plant(world: World) -> None:
    """Incidents, an issue that is none, and a pull request that carries the label."""
    first, second = list(world.repositories.values())[:2]
    open_issue(world, first, "Checkout is down", ["incident", "sev1"], [world.person("dev-02")])
    closed = open_issue(world, second, "Login is slow", ["bug", "incident"])
    change_issue(world, closed, is_open=False)
    open_issue(world, first, "A button is blue", ["bug"])
    next(iter(first.pulls.values())).labels = ("incident",)


async def test_labelled_issues_are_collected_and_pull_requests_are_not(house: House, world: World) -> None:
    _plant(world)
    await house.collect("incidents")
    assert await differences(house, {"incident": world.truth()["incident"]}) == []
    rows = await house.rows("SELECT title, severity, assignees FROM incident ORDER BY title")
    assert [(row["title"], row["severity"]) for row in rows] == [
        ("Checkout is down", "critical"),
        ("Login is slow", "unknown"),
    ]


async def test_many_incidents_are_read_page_by_page(house: House, world: World) -> None:
    repository = next(iter(world.repositories.values()))
    for number in range(230):
        open_issue(world, repository, f"Incident {number}", ["incident"])
    await house.collect("incidents")
    assert (await house.rows("SELECT count(*) AS n FROM incident"))[0]["n"] == 230


async def test_an_incident_is_resolved_and_opened_again(house: House, world: World) -> None:
    _plant(world)
    await house.collect("incidents")
    issue = next(each for each in next(iter(world.repositories.values())).issues.values() if "incident" in each.labels)
    for is_open in (False, True):
        house.clock.skip(timedelta(hours=1))
        change_issue(world, issue, is_open=is_open)
        await house.collect("incidents")
        assert await differences(house, {"incident": world.truth()["incident"]}) == []


async def test_an_issue_that_lost_its_label_is_no_incident_after_the_daily_pass(house: House, world: World) -> None:
    _plant(world)
    await house.collect("incidents")
    issue = next(each for each in next(iter(world.repositories.values())).issues.values() if "incident" in each.labels)
    change_issue(world, issue, labels=["bug"])
    await house.collect("incidents")
    assert len(await differences(house, {"incident": world.truth()["incident"]})) == 1
    await house.collect("all_incidents")
    assert await differences(house, {"incident": world.truth()["incident"]}) == []


async def test_a_repository_without_issues_has_no_incidents() -> None:
    disabled = httpx.Response(410, json={"message": "Issues are disabled for this repo"})
    async with asking(lambda _request: disabled) as ctx:
        assert await rows_of(incidents(ctx)) == []
        assert await rows_of(all_incidents(ctx)) == []


async def test_the_webhook_tells_of_incidents_too(house: House, fake: FakeGitHub, world: World) -> None:
    _plant(world)
    hook = fake.add_hook(SECRET)
    pushed = Webhooks(world, hook, fake.site)
    for repository in world.repositories.values():
        for issue in repository.issues.values():
            delivery = pushed.issues(repository, issue, "closed" if issue.closed_at else "labeled")
            received = await house.ingest.receive("github", "webhook", delivery.headers, delivery.body, {})
            assert (received.state, received.rows) == ("parsed", int("incident" in issue.labels))
    assert await differences(house, {"incident": world.truth()["incident"]}) == []


async def test_an_issue_that_is_not_understood_is_kept(house: House) -> None:
    body = b'{"action": "opened", "issue": {"labels": [{"name": "incident"}]}, "repository": {"full_name": "a/b"}}'
    headers = {"X-GitHub-Delivery": "1", "X-GitHub-Event": "issues", **sign(SECRET, body)}
    received = await house.ingest.receive("github", "webhook", headers, body, {})
    assert received.state == "quarantined"


async def test_who_merged_a_pull_request_is_stored(house: House, world: World) -> None:
    await house.collect("pull_requests", since=house.clock.now() - timedelta(days=800))
    truth = [{name: row[name] for name in ("repo", "number", "merged_by")} for row in world.truth()["pull_request"]]
    assert any(row["merged_by"] for row in truth)
    assert await differences(house, {"pull_request": truth}) == []
