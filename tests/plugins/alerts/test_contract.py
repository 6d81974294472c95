"""The connector keeps the SDK's promises, and the tools' words are mapped."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from datasource_server.sdk.testing import check_connector
from opssight_alerts import connector
from opssight_alerts.words import moment, severity

from .house import opsgenie_action, pagerduty_event


def test_the_connector_passes_the_contract_suite() -> None:
    posts = [
        ("pagerduty", pagerduty_event("triggered", 0, "triggered")),
        ("pagerduty", pagerduty_event("acknowledged", 2, "acknowledged")),
        ("pagerduty", pagerduty_event("resolved", 9, "resolved")),
        ("opsgenie", opsgenie_action("Create", 0)),
        ("opsgenie", opsgenie_action("Close", 9)),
        ("incidents", [{"id": "1", "title": "x", "opened_at": "2026-03-02T09:00:00Z"}]),
    ]
    check_connector("opssight_alerts", [(name, "", orjson.dumps(body)) for name, body in posts])
    assert list(connector.receivers) == ["opsgenie", "pagerduty", "incidents"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["P1"], "critical"),
        (["p0"], "critical"),
        (["SEV-2"], "high"),
        (["Sev 3 (minor)"], "medium"),
        (["4"], "low"),
        (["P5"], "low"),
        (["Major"], "high"),
        (["warning"], "medium"),
        (["", "low"], "low"),
        (["Whenever", "high"], "high"),
        (["P10"], "unknown"),
        (["2024"], "unknown"),
        ([], "unknown"),
        (["ö"], "unknown"),
    ],
)
def test_a_tool_s_word_maps_to_the_nearest_severity(words: list[str], expected: str) -> None:
    assert severity(*words) == expected


@pytest.mark.parametrize(
    "value",
    [
        1_772_442_000,
        1_772_442_000_000,
        1_772_442_000_000_000,
        1_772_442_000_000_000_000,
        "1772442000000",
        "2026-03-02T09:00:00Z",
        "2026-03-02T10:00:00+01:00",
        "2026-03-02T09:00:00",
    ],
)
def test_a_moment_is_understood_in_every_unit(value: object) -> None:
    assert moment(value) == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_no_moment_is_none_and_nonsense_is_an_error() -> None:
    assert [moment(each) for each in (None, "", 0)] == [None, None, None]
    with pytest.raises(ValueError, match="soon"):
        moment("soon")
