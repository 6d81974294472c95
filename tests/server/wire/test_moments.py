"""Moments, intervals and limits as clients write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from datasource_server.sdk import QueryError
from datasource_server.wire.moments import read_interval, read_limit, read_moment, read_range, to_epoch

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw", [1795399930000, "1795399930000", 1795399930000.0, "2026-11-23T02:12:10.000Z", "2026-11-23T03:12:10+01:00"]
)
def test_a_moment_is_epoch_milliseconds_or_iso_8601(raw: object) -> None:
    assert read_moment("from", raw) == datetime(2026, 11, 23, 2, 12, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw", ["${__timeFrom}", "now-7d", "1e400", "9" * 17, float("nan"), float("inf"), [], {}, "2026-13-01"]
)
def test_what_is_no_moment_is_refused_by_its_name(raw: object) -> None:
    with pytest.raises(QueryError, match="from is no moment"):
        read_moment("from", raw)


def test_without_a_range_the_last_seven_days_are_meant() -> None:
    assert read_range(None, "", NOW) == (NOW - timedelta(days=7), NOW)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(QueryError, match="from lies after to"):
        read_range("1795399930000", "1795399920000", NOW)


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("1h", 3600),
        ("1d", 86400),
        ("7d", 604800),
        ("500ms", 0.5),
        (900000, 900),
        ("900000", 900),
        ("", 0),
        (None, 0),
    ],
)
def test_an_interval_is_a_duration_or_milliseconds(raw: object, seconds: float) -> None:
    assert read_interval(raw) == seconds


@pytest.mark.parametrize("raw", ["${__interval}", "0s", "-5m", "5x", "1 OR 1=1", "9" * 40])
def test_what_is_no_interval_is_refused(raw: object) -> None:
    with pytest.raises(QueryError, match="interval"):
        read_interval(raw)


def test_a_limit_may_be_absurd_but_not_nonsense() -> None:
    """check 47: a huge limit is read, and clamped later."""
    assert read_limit("1000000000") == 10**9
    assert read_limit("9" * 5_000) == 10**15
    assert read_limit("") is None


@pytest.mark.parametrize("raw", ["0", "-1", "1.5", "ten", "1;drop", True, "٣"])
def test_what_is_no_limit_is_refused(raw: object) -> None:
    with pytest.raises(QueryError, match="limit"):
        read_limit(raw)


def test_a_moment_leaves_as_epoch_milliseconds() -> None:
    assert to_epoch(datetime(2026, 11, 23, 2, 12, 10, tzinfo=UTC)) == 1795399930000
    assert to_epoch(None) is None
