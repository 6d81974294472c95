"""The bodies that are replayed have the form of those that real clients were recorded to send."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.contract.boards import BOARDS, panels
from tests.contract.client import lane_body, panel_body, variable_body

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "grafana_requests" / "requests.jsonl"
SPAN = {"from": "2026-11-16T04:15:32.990Z", "to": "2026-11-23T04:15:32.990Z", "raw": {"from": "now-7d", "to": "now"}}
TARGET = {"refId": "A", "target": "ci/runs", "payload": {}}

pytestmark = pytest.mark.skipif(not RECORDED.is_file(), reason="no recordings in ../shared")


def bodies(path: str) -> list[dict[str, Any]]:
    lines = [orjson.loads(line) for line in RECORDED.read_bytes().splitlines()]
    return [each["body"] for each in lines if each["path"] == path and each["client"].startswith("simPod")]


def test_panels_ask_with_the_recorded_fields() -> None:
    board = BOARDS["opssight-ci"]
    body = panel_body(board, next(panels(board)), [TARGET], SPAN)
    lane, *recorded = bodies("/json/query")
    assert [set(each) ^ set(body) for each in recorded] == [set(), set()]
    assert set(lane) == set(lane_body(board, TARGET, SPAN))
    assert set(lane["range"]) == set(SPAN)


def test_variables_ask_with_the_recorded_fields() -> None:
    (recorded,) = bodies("/json/variable")
    assert set(recorded) == set(variable_body(TARGET, SPAN))
    assert "target" in recorded["payload"]
