"""What PagerDuty and Opsgenie post becomes incidents that go through their lives."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from .house import alerts_house, opsgenie_action, pagerduty_event

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "samples" / "alerts"
ZULIP = RECORDED / "zulip+zulip" / "zerver" / "webhooks" / "pagerduty" / "fixtures" / "triggered_v3.json"


def at(minute: int, **more: int) -> datetime:
    return datetime(2026, 3, 2, 9, minute, tzinfo=UTC, **more)


async def test_an_incident_of_pagerduty_goes_through_its_life(tmp_path: Path) -> None:
    async with alerts_house(tmp_path) as house:
        await house.post("pagerduty", pagerduty_event("triggered", 0, "triggered"))
        (row,) = await house.incidents()
        assert (row["id"], row["state"], row["opened_at"], row["resolved_at"]) == ("pagerduty:Q1", "open", at(0), None)
        assert (row["service"], row["repo"], row["environment"]) == ("checkout", "acme/shop", "production")
        assert (row["severity"], row["original_severity"], row["assignees"]) == ("critical", "P1", ["Ana"])
        await house.post("pagerduty", pagerduty_event("acknowledged", 4, "acknowledged"))
        await house.post(
            "pagerduty", pagerduty_event("priority_updated", 5, "acknowledged", priority={"summary": "P2"})
        )
        await house.post("pagerduty", pagerduty_event("resolved", 30, "resolved", priority={"summary": "P2"}))
        (row,) = await house.incidents()
        assert (row["state"], row["severity"], row["opened_at"]) == ("resolved", "high", at(0))
        assert row["acknowledged_at"] == at(4, microsecond=500_000)
        assert row["resolved_at"] == at(30, microsecond=500_000)
        await house.post("pagerduty", pagerduty_event("reopened", 40, "triggered"))
        (row,) = await house.incidents()
        assert (row["state"], row["resolved_at"]) == ("open", None)


async def test_a_late_delivery_does_not_take_an_incident_back(tmp_path: Path) -> None:
    async with alerts_house(tmp_path) as house:
        await house.post("pagerduty", pagerduty_event("resolved", 30, "resolved"))
        await house.post("pagerduty", pagerduty_event("triggered", 0, "triggered"))
        (row,) = await house.incidents()
    assert (row["state"], row["opened_at"]) == ("resolved", at(0))


async def test_the_same_delivery_many_times_is_stored_once(tmp_path: Path) -> None:
    async with alerts_house(tmp_path) as house:
        received = [await house.post("pagerduty", pagerduty_event("triggered", 0, "triggered")) for _ in range(5)]
        assert [each.is_repeated for each in received] == [False, True, True, True, True]
        assert len(await house.incidents()) == 1
        assert await house.store.rows("SELECT count(*) AS count FROM delivery") == [{"count": 1}]


@pytest.mark.parametrize(
    "event",
    [
        {
            "id": "1",
            "event_type": "pagey.ping",
            "resource_type": "pagey",
            "occurred_at": "2026-03-02T09:00:00Z",
            "data": {},
        },
        pagerduty_event("annotated", 3, "triggered", type="incident_note")["event"],
        pagerduty_event("responder.added", 3, "triggered", type="incident_responder")["event"],
    ],
)
async def test_what_is_about_no_incident_is_taken_and_gives_nothing(tmp_path: Path, event: dict[str, Any]) -> None:
    async with alerts_house(tmp_path) as house:
        received = await house.post("pagerduty", {"event": event})
        assert (received.state, received.rows) == ("parsed", 0)
        assert await house.incidents() == []


async def test_a_service_that_nobody_named_keeps_its_own_name_and_urgency_stands_in(tmp_path: Path) -> None:
    event = pagerduty_event("triggered", 0, "triggered", service={"summary": "Search"}, priority=None, urgency="low")
    async with alerts_house(tmp_path) as house:
        await house.post("pagerduty", event)
        (row,) = await house.incidents()
    assert (row["service"], row["repo"], row["environment"]) == ("Search", "", "")
    assert (row["severity"], row["original_severity"]) == ("low", "low")


async def test_an_alert_of_opsgenie_goes_through_its_life(tmp_path: Path) -> None:
    async with alerts_house(tmp_path) as house:
        await house.post("opsgenie", opsgenie_action("Create", 0))
        (row,) = await house.incidents()
        assert (row["id"], row["state"], row["severity"]) == ("opsgenie:a-1", "open", "medium")
        assert (row["service"], row["repo"], row["title"]) == ("checkout", "acme/shop", "Disk is full")
        await house.post("opsgenie", opsgenie_action("Acknowledge", 3, owner="ben@acme.example"))
        await house.post("opsgenie", opsgenie_action("AddNote", 5))
        (row,) = await house.incidents()
        assert (row["state"], row["acknowledged_at"], row["assignees"]) == ("acknowledged", at(3), ["ben@acme.example"])
        await house.post("opsgenie", opsgenie_action("Close", 20, priority="P1"))
        (row,) = await house.incidents()
        assert (row["state"], row["resolved_at"], row["acknowledged_at"]) == ("resolved", at(20), at(3))
        assert (row["opened_at"], row["severity"]) == (at(0), "critical")


async def test_moments_and_priorities_as_old_integrations_of_opsgenie_write_them(tmp_path: Path) -> None:
    alert = {"createdAt": "1772442000000", "updatedAt": "1772442060000000173", "priority": "2", "details": None}
    async with alerts_house(tmp_path) as house:
        await house.post("opsgenie", opsgenie_action("Acknowledge", 0, **alert))
        (row,) = await house.incidents()
    assert (row["opened_at"], row["severity"], row["state"]) == (at(0), "high", "acknowledged")
    assert row["acknowledged_at"].replace(microsecond=0) == at(1)


async def test_details_of_an_alert_say_what_it_is_about(tmp_path: Path) -> None:
    details = {"service": "search", "repo": "acme/search", "environment": "staging"}
    async with alerts_house(tmp_path) as house:
        await house.post("opsgenie", opsgenie_action("Create", 0, details=details))
        (row,) = await house.incidents()
    assert (row["service"], row["repo"], row["environment"]) == ("search", "acme/search", "staging")


@pytest.mark.parametrize(
    ("receiver", "body"),
    [
        ("pagerduty", {"event": {}}),
        ("pagerduty", [1]),
        ("pagerduty", b"not json"),
        ("pagerduty", pagerduty_event("resolved", 3, "sleeping")),
        ("pagerduty", pagerduty_event("resolved", 3, "resolved", created_at=None)),
        ("opsgenie", {"action": "Create"}),
        ("opsgenie", opsgenie_action("Create", 0, createdAt="soon")),
        ("opsgenie", opsgenie_action("Create", 0, createdAt=None)),
    ],
)
async def test_what_can_t_be_understood_is_kept_with_its_reason(tmp_path: Path, receiver: str, body: object) -> None:
    async with alerts_house(tmp_path) as house:
        received = await house.post(receiver, body)
        assert received.state == "quarantined"
        (outcome,) = await house.store.rows("SELECT reason FROM delivery")
        assert outcome["reason"]
        assert await house.incidents() == []


async def test_a_recorded_delivery_of_pagerduty_comes_in_whole(tmp_path: Path) -> None:
    if not ZULIP.is_file():
        pytest.skip("the recorded delivery of PagerDuty is not here")
    async with alerts_house(tmp_path) as house:
        await house.post("pagerduty", ZULIP.read_bytes())
        (row,) = await house.incidents()
    event = orjson.loads(ZULIP.read_bytes())["event"]
    assert (row["title"], row["url"]) == (event["data"]["title"], event["data"]["html_url"])
    assert (row["service"], row["severity"], row["state"]) == (event["data"]["service"]["summary"], "high", "open")
    assert row["opened_at"] == datetime(2021, 6, 4, 13, 35, 29, 781_000, UTC)
    assert row["assignees"] == [each["summary"] for each in event["data"]["assignees"]]
