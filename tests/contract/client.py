"""What Grafana's browser sends: the bodies of its two JSON clients, filled as each of them spells a variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson

Json = dict[str, Any]
Client = Literal["ours", "simpod code", "simpod builder"]

VARIABLE = "${%s:json}"


def spelled(values: Sequence[str], client: Client) -> object:
    """Return a variable's chosen values as a client writes them; none of them is all."""
    if not values:
        return "__all"
    if client == "ours":
        return orjson.dumps(list(values)).decode()
    if client == "simpod code":
        return list(values)
    return values[0] if len(values) == 1 else f"({'|'.join(values)})"


def filled(target: Json, chosen: Mapping[str, Sequence[str]], client: Client) -> Json:
    """Return a board's target as it is sent, with its variables replaced."""
    payload = {}
    for name, text in target["payload"].items():
        variable = next((each for each in chosen if text == VARIABLE % each), None)
        payload[name] = text if variable is None else spelled(chosen[variable], client)
    mode = {} if client == "ours" else {"editorMode": client.removeprefix("simpod ")}
    return target | {"payload": payload} | mode


def panel_body(board: Json, panel: Json, targets: list[Json], span: Json, interval_ms: int = 900_000) -> Json:
    """Return the body of `POST /query` for a panel."""
    return {
        "app": "dashboard",
        "requestId": "SQR100",
        "timezone": "browser",
        "range": span,
        "interval": f"{interval_ms // 60_000}m",
        "intervalMs": interval_ms,
        "targets": targets,
        "maxDataPoints": panel.get("maxDataPoints", 580),
        "scopedVars": {
            "__interval": {"text": "15m", "value": "15m"},
            "__interval_ms": {"text": "900000", "value": 900_000},
        },
        "startTime": 1795407333317,
        "rangeRaw": span["raw"],
        "dashboardUID": board["uid"],
        "panelId": panel["id"],
        "panelName": panel["title"],
        "panelPluginId": panel["type"],
        "dashboardTitle": board["title"],
        "filters": [],
    }


def lane_body(board: Json, target: Json, span: Json) -> Json:
    """Return the body of `POST /query` for a lane of annotations."""
    return {
        "startTime": 1795407333207,
        "requestId": "AQ101",
        "range": span,
        "maxDataPoints": 1200,
        "scopedVars": {"__interval": {"text": "10m", "value": "10m"}, "__annotation": {"text": "Lane", "value": {}}},
        "intervalMs": 600_000,
        "interval": "10m",
        "app": "dashboard",
        "timezone": "browser",
        "targets": [target],
        "dashboardUID": board["uid"],
        "panelId": 0,
        "dashboardTitle": board["title"],
    }


def variable_body(target: Json, span: Json) -> Json:
    """Return the body of `POST /variable`."""
    return {"payload": {**target["payload"], "target": target["target"]}, "range": span}
