"""Anybody with the secret can post incidents."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from .house import alerts_house

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "samples" / "alerts" / "apache+incubator-devlake" / "backend"
OPSGENIE = RECORDED / "plugins" / "opsgenie" / "e2e"
INCIDENT = {"id": "42", "title": "Checkout is down", "opened_at": "2026-03-02T10:00:00+01:00"}


async def test_an_incident_goes_on_with_each_post(tmp_path: Path) -> None:
    async with alerts_house(tmp_path) as house:
        await house.post("incidents", INCIDENT | {"service": "web checkout", "severity": "SEV-2"})
        (row,) = await house.incidents()
        assert (row["id"], row["state"], row["severity"], row["original_severity"]) == ("42", "open", "high", "SEV-2")
        assert row["opened_at"] == datetime(2026, 3, 2, 9, tzinfo=UTC)
        assert (row["service"], row["repo"], row["environment"]) == ("checkout", "acme/shop", "production")
        await house.post("incidents", INCIDENT | {"acknowledged_at": "2026-03-02T09:05:00Z", "assignees": ["ana"]})
        (row,) = await house.incidents()
        assert (row["state"], row["severity"], row["assignees"]) == ("acknowledged", "high", ["ana"])
        await house.post("incidents", INCIDENT | {"resolved_at": "2026-03-02T09:30:00Z", "deployment_id": "d-9"})
        (row,) = await house.incidents()
        assert (row["state"], row["deployment_id"]) == ("resolved", "d-9")
        assert row["acknowledged_at"] == datetime(2026, 3, 2, 9, 5, tzinfo=UTC)


async def test_what_is_posted_with_a_service_wins_over_the_settings(tmp_path: Path) -> None:
    about = {"service": "Web Checkout", "repo": "acme/other", "environment": "staging"}
    async with alerts_house(tmp_path) as house:
        await house.post("incidents", INCIDENT | about)
        (row,) = await house.incidents()
    assert (row["service"], row["repo"], row["environment"]) == ("checkout", "acme/other", "staging")


async def test_of_two_versions_the_newer_stays(tmp_path: Path) -> None:
    async with alerts_house(tmp_path) as house:
        await house.post("incidents", INCIDENT | {"state": "resolved", "updated_at": "2026-03-02T11:00:00Z"})
        await house.post("incidents", INCIDENT | {"state": "open", "updated_at": "2026-03-02T10:00:00Z"})
        (row,) = await house.incidents()
    assert row["state"] == "resolved"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"id": "1", "title": "x"}, "opened_at"),
        (INCIDENT | {"id": ""}, "id"),
        (INCIDENT | {"status": "open"}, "status"),
        (INCIDENT | {"state": "asleep"}, "state"),
        ([INCIDENT, {"id": "2"}], "title"),
        ([INCIDENT] * 1_001, "1000"),
        (b"nothing", "JSON"),
    ],
)
async def test_what_is_wrong_with_a_post_is_said(tmp_path: Path, body: object, reason: str) -> None:
    async with alerts_house(tmp_path) as house:
        assert (await house.post("incidents", body)).state == "quarantined"
        (outcome,) = await house.store.rows("SELECT reason FROM delivery")
        assert reason in outcome["reason"]
        assert await house.incidents() == []


async def test_recorded_incidents_of_opsgenie_come_in_as_another_tool_read_them(tmp_path: Path) -> None:
    if not OPSGENIE.is_dir():
        pytest.skip("the recorded incidents of Opsgenie are not here")
    with (OPSGENIE / "raw_tables" / "_raw_opsgenie_incidents.csv").open() as file:
        raw = [orjson.loads(line["data"]) for line in csv.DictReader(file)]
    with (OPSGENIE / "snapshot_tables" / "issues.csv").open() as file:
        issues = {line["issue_key"]: line for line in csv.DictReader(file)}
    posts = [
        {
            "id": each["id"],
            "title": each["message"],
            "opened_at": each["createdAt"],
            "updated_at": each["updatedAt"],
            "severity": each["priority"],
            "url": each["links"]["web"],
            "resolved_at": each.get("impactEndDate"),
        }
        for each in raw
    ]
    async with alerts_house(tmp_path) as house:
        await house.post("incidents", posts)
        rows = {row["id"]: row for row in await house.incidents()}
    assert rows.keys() == issues.keys()
    for key, issue in issues.items():
        row = rows[key]
        assert row["title"] == issue["title"]
        assert row["opened_at"] == datetime.fromisoformat(issue["created_date"])
        assert row["original_severity"] == issue["priority"]
        assert (row["state"] == "resolved") == (issue["status"] == "DONE")
        assert str(row["resolved_at"] or "")[:19] == issue["resolution_date"][:19].replace("T", " ")
