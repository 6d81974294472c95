"""Schedules are compared with what ran: a due moment that no run answered within its grace was missed."""

from datetime import UTC, datetime, timedelta

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_ci.schedules import ScheduleMoment, moments
from tests.plugins.ci.asking import ask

TODAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def schedule(cron: str, zone: str = "UTC", pipeline: str = "nightly") -> sdk.Schedule:
    return sdk.Schedule(source="github", repo="acme/web", pipeline=pipeline, cron=cron, timezone=zone)


def due(cron: str, *runs: datetime, zone: str = "UTC") -> list[ScheduleMoment]:
    named = schedule(cron, zone).model_dump()
    return moments(named, [(at, f"run-{place}", "success") for place, at in enumerate(runs)], TODAY, HOUR)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_a_run_within_the_grace_answers_and_a_day_without_one_was_missed() -> None:
    found = {row.expected_at: row for row in due("0 3 * * *", TODAY - timedelta(days=2) + 3.5 * HOUR, at(2, 3, 20))}
    assert (found[at(2, 3)].run_id, found[at(2, 3)].due_by) == ("run-1", at(2, 4))
    assert (found[at(1, 3)].run_id, found[at(1, 3)].is_known) == ("", True)
    before = found[TODAY - timedelta(days=3) + 3 * HOUR]
    assert (before.run_id, before.is_known) == ("", False)


def test_moments_reach_forty_days_both_ways_or_four_hundred_of_them() -> None:
    daily, often = due("30 2 * * *"), due("*/5 * * * *")
    assert (daily[0].expected_at, daily[-1].expected_at) == (
        TODAY - timedelta(days=40) + 2.5 * HOUR,
        TODAY + timedelta(days=39) + 2.5 * HOUR,
    )
    assert (len(often), often[400].expected_at) == (800, TODAY)
    assert {row.interval_seconds for row in often[:-1]} == {300}


def test_one_late_run_may_answer_several_moments_that_lie_close_together() -> None:
    rows = [row for row in due("*/15 * * * *", at(1, 10), at(2, 0, 50)) if at(2, 0) <= row.expected_at < at(2, 1)]
    assert [row.run_id for row in rows] == ["run-1"] * 4


@pytest.mark.parametrize("cron", ["nonsense", "61 * * * *", "* * * *", "*/0 * * * *"])
def test_what_cannot_be_read_has_no_moments(cron: str) -> None:
    assert due(cron) == []
    assert due("0 3 * * *", zone="Mars/Olympus") == []


async def filled(store: Store) -> None:
    """Store a schedule that ran on time, one that missed two nights, one that never ran, and one that is off."""
    rows: list[sdk.Row] = [schedule("0 3 * * *"), schedule("0 4 * * *", pipeline="late")]
    rows += [schedule("0 5 * * *", pipeline="never"), schedule("x", pipeline="odd")]
    rows.append(schedule("0 6 * * *", pipeline="off").model_copy(update={"is_active": False}))
    ran = {"nightly": [TODAY + timedelta(days=day, hours=3, minutes=4) for day in (-3, -2, -1, 0)]}
    ran["late"] = [TODAY + timedelta(days=-3, hours=4), TODAY + timedelta(days=-2, hours=4)]
    ran["never"] = []
    for name, runs in ran.items():
        named = rows[0].model_dump() | {
            "pipeline": name,
            "cron": {"nightly": "0 3", "late": "0 4", "never": "0 5"}[name] + " * * *",
        }
        rows += moments(named, [(each, f"{name}-{each:%d}", "success") for each in runs], TODAY, HOUR)
    await store.write(rows)


async def test_the_board_says_of_each_schedule_whether_it_runs(store: Store) -> None:
    await filled(store)
    rows = {row["pipeline"]: row for row in await ask(store, "schedules", hours=96)}
    assert {name: row["state"] for name, row in rows.items()} == {
        "late": "✕ missed",
        "never": "! never ran",
        "odd": "! cannot be read",
        "nightly": "✓ on time",
        "off": "– switched off",
    }
    assert (rows["late"]["missed"], rows["late"]["expected"], rows["late"]["run"]) == (2, 4, "late-31")
    assert rows["nightly"]["interval_seconds"] == 86_400


async def test_missed_moments_are_counted_and_each_is_a_row(store: Store) -> None:
    await filled(store)
    assert await ask(store, "missed_now") == [{"value": 1, "sentence": "of 3 · web · late"}]
    assert await ask(store, "missed", hours=96) == [{"value": 2, "sentence": "of 8 due · 0 before"}]
    states = [row["state"] for row in await ask(store, "schedule_moments", hours=36) if row["pipeline"] == "late"]
    assert states == ["✕ missed", "✕ missed"]
    nightly = [row for row in await ask(store, "schedule_moments", hours=36) if row["pipeline"] == "nightly"]
    assert [(row["state"], row["late_seconds"]) for row in nightly] == [("✓ ran", 240.0)] * 2


async def test_an_alert_row_stands_for_every_schedule_and_is_one_where_the_last_run_was_missed(store: Store) -> None:
    await filled(store)
    rows = await ask(store, "missed_schedules", hours=1)
    assert {row["pipeline"]: row["value"] for row in rows} == {"late": 1, "never": 0, "nightly": 0}
