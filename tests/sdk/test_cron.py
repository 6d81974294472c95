"""A cron expression names the same moments as in the forges: forwards, backwards and next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from datasource_server.sdk.cron import Cron, next_due

NOW = datetime(2026, 1, 15, 12, 0, 30, tzinfo=UTC)


def test_a_zone_keeps_its_local_time_when_the_clocks_change() -> None:
    berlin = Cron("30 2 * * *", "Europe/Berlin")
    spring = list(berlin.after(datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)))
    autumn = list(berlin.after(datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 27, tzinfo=UTC)))
    assert [f"{each:%d %H:%M}" for each in spring] == ["28 01:30", "29 01:30", "30 00:30"]
    assert [f"{each:%d %H:%M}" for each in autumn] == ["24 00:30", "25 00:30", "26 01:30"]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 0 13 * 5", ["06", "13", "20", "27"]),
        ("0 0 */10 * *", ["01", "11", "21"]),
        ("@weekly", ["01", "08", "15", "22", "29"]),
        ("0 0 * nov mon", ["02", "09", "16", "23", "30"]),
        ("0 0 1-5/2 * *", ["01", "03", "05"]),
    ],
)
def test_days_are_those_of_posix(cron: str, expected: list[str]) -> None:
    found = Cron(cron).after(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    assert [f"{each:%d}" for each in found] == expected


def test_backwards_gives_the_same_moments_as_forwards() -> None:
    cron = Cron("7,40 1-3 * * 1-5", "America/New_York")
    first, last = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert list(cron.before(last, first)) == list(cron.after(first, last))[::-1]


@pytest.mark.parametrize(
    ("cron", "due"),
    [
        ("0 2 * * *", "2026-01-16T02:00"),
        ("5 14 * * 1-5", "2026-01-15T14:05"),
        ("*/15 * * * *", "2026-01-15T12:15"),
        ("5/20 * * * *", "2026-01-15T12:05"),
        ("0 0 1 * MON", "2026-01-19T00:00"),
        ("30 4 1,15 feb *", "2026-02-01T04:30"),
        ("0 9 * * 7", "2026-01-18T09:00"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
    ],
)
def test_a_cron_is_due_next(cron: str, due: str) -> None:
    assert next_due(cron, NOW) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "60 * * * *", "0 0 31 2 *", "x * * * *", "*/0 * * * *", "5-1 * * * *", "@daily"]
)
def test_a_cron_that_names_no_moment_is_never_due(cron: str) -> None:
    assert next_due(cron, NOW) is None


@pytest.mark.parametrize(("cron", "zone"), [("x", "UTC"), ("0 3 * * *", "Mars/Olympus"), ("0 3 * * *", "../UTC")])
def test_what_is_no_expression_or_no_zone_is_said(cron: str, zone: str) -> None:
    with pytest.raises(ValueError, match=r"five fields|not known"):
        Cron(cron, zone)
