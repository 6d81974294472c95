"""What is too much is clamped, and never in silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasource_server.query import Ask, Engine, Form
from datasource_server.query.limits import MAX_POINTS, MAX_RANGE, clamp
from datasource_server.sdk import PluginError, Shape, read_query
from datasource_server.store import Store

from .seeded import BOSS, Written, ask

END = datetime(2026, 11, 24, tzinfo=UTC)


@given(
    seconds=st.floats(0, 5e8),
    interval=st.floats(0, 1e9),
    limit=st.none() | st.integers(1, 10**12),
    points=st.integers(-5, 10**9),
)
def test_whatever_is_asked_stays_within_the_limits(
    seconds: float, interval: float, limit: int | None, points: int
) -> None:
    """check 47"""
    asked = Ask(END - timedelta(seconds=seconds), END, interval, limit=limit, max_points=points)

    window = clamp(asked, "columns", "timeseries")

    length = window.end - window.start
    assert length <= MAX_RANGE
    assert length.total_seconds() / window.interval_seconds <= MAX_POINTS
    assert 1 <= window.limit <= 50_000
    was_cut = seconds > MAX_RANGE.total_seconds() or (limit or 0) > 50_000
    assert bool(window.notices) or not was_cut


@pytest.mark.parametrize(
    ("form", "shape", "most"),
    [
        ("rows", "table", 5_000),
        ("columns", "table", 50_000),
        ("csv", "logs", 50_000),
        ("series", "timeseries", 50_000),
        ("columns", "variable", 1_000),
        ("rows", "variable", 1_000),
        ("columns", "annotations", 500),
    ],
)
def test_each_form_and_shape_has_its_number_of_rows(form: Form, shape: Shape, most: int) -> None:
    """check 47"""
    window = clamp(Ask(END - timedelta(days=1), END, limit=10**9), form, shape)

    assert window.limit == most
    assert str(most) in window.notices[0]


def test_without_an_interval_the_points_asked_for_make_it() -> None:
    day = Ask(END - timedelta(days=1), END, max_points=24)

    assert clamp(day, "series", "timeseries").interval_seconds == 3600
    assert clamp(day, "series", "timeseries").notices == ()


def test_a_moment_without_a_zone_is_utc() -> None:
    naive = Ask(datetime(2026, 11, 1), datetime(2026, 11, 2, 2, tzinfo=UTC))  # noqa: DTZ001  on purpose

    window = clamp(naive, "rows", "table")

    assert window.end - window.start == timedelta(hours=26)


async def test_a_query_says_how_many_rows_a_panel_gets(store: Store) -> None:
    texts = {"few": "-- Runs.\n-- limit: 2\nSELECT id FROM pipeline_run ORDER BY id"}
    engine = Engine(store, {"ci": Written("ci", texts)})

    shown, whole = await engine.run("ci/few", ask(), BOSS), await engine.run("ci/few", ask(), BOSS, "csv")

    assert (shown.count, whole.count) == (2, 5)
    assert shown.notices == ("Only the first 2 rows are shown; narrow the range or the filters.",)


def test_a_limit_that_is_no_number_is_refused() -> None:
    with pytest.raises(PluginError, match="limit many"):
        read_query("ci", "few", "-- Runs.\n-- limit: many\nSELECT 1")
