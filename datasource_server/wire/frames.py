"""Results as Grafana's ready data frames, put together from DuckDB's bytes without reading them again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from datasource_server.query import Column, Result
from datasource_server.query.result import Series
from datasource_server.sdk import Shape
from datasource_server.wire.moments import to_epoch

FIELD_TYPES = {"time": "time", "number": "number", "string": "string", "boolean": "boolean"}
LOG_NAMES = {"time": "timestamp"}
"""Grafana reads a line's loudness and id from a frame of log lines only when the moment has this name."""
LOOKS: dict[Shape, str] = {"timeseries": "graph", "logs": "logs", "table": "table"}
"""How Explore shows an answer; the other shapes are not for it."""


def to_frames(result: Result, ref_id: str) -> bytes:
    """Return the answer as frames, joined by commas: one frame, or one for each series of a time series."""
    if result.query.shape != "timeseries":
        names = LOG_NAMES if result.query.shape == "logs" else {}
        fields = (
            _field(column, values, names.get(column.name, column.name))
            for column, values in zip(result.columns, result.body, strict=True)
        )
        return _frame(result, ref_id, fields)
    series = [_frame(result, ref_id, _series_fields(result, each)) for each in result.series]
    return b",".join(series or [_frame(result, ref_id, _no_fields(result.columns))])


def frames_answer(frames: Iterable[bytes]) -> bytes:
    """Return the whole body of an answer that holds these frames."""
    return b"[" + b",".join(each for each in frames if each) + b"]"


def _frame(result: Result, ref_id: str, fields: Iterable[bytes]) -> bytes:
    head = orjson.dumps({"refId": ref_id, "name": result.query.title, "meta": _meta(result)})
    return head[:-1] + b',"fields":[' + b",".join(fields) + b"]}"


def _meta(result: Result) -> dict[str, object]:
    custom = {"path": result.query.path, "dataAsOf": to_epoch(result.as_of)}
    meta: dict[str, object] = {"custom": custom}
    if result.notices:
        meta["notices"] = [{"severity": "warning", "text": text} for text in result.notices]
    if look := LOOKS.get(result.query.shape):
        meta["preferredVisualisationType"] = look
    if result.query.shape == "logs":
        meta["type"] = "log-lines"
    return meta


def _field(column: Column, values: bytes, name: str, labels: bytes = b"", shown: str = "") -> bytes:
    head = orjson.dumps({"name": name, "type": FIELD_TYPES.get(column.type, "other")})
    labelled = b',"labels":' + labels if labels else b""
    config = orjson.dumps({"displayNameFromDS": shown} if shown else {})
    return head[:-1] + labelled + b',"config":' + config + b',"values":' + values + b"}"


def _series_fields(result: Result, series: Series) -> list[bytes]:
    times, numbers = _time_and_numbers(result.columns)
    labels = b"" if series.labels in (b"", b"{}") else series.labels
    said = " · ".join(str(value) for value in orjson.loads(labels or b"{}").values() if value)
    measured = (
        _field(column, values, column.name, labels, _shown(column.name, said, is_alone=len(numbers) == 1))
        for column, values in zip(numbers, series.values, strict=True)
    )
    return [_field(times, series.times, times.name), *measured]


def _shown(name: str, said: str, *, is_alone: bool) -> str:
    """Return what a series is called: by what tells it from the others, so that a board can colour it by that word."""
    return said if is_alone or not said else f"{said} · {name}"


def _no_fields(columns: Sequence[Column]) -> list[bytes]:
    times, numbers = _time_and_numbers(columns)
    return [_field(column, b"[]", column.name) for column in (times, *numbers)]


def _time_and_numbers(columns: Sequence[Column]) -> tuple[Column, list[Column]]:
    times = next((column for column in columns if column.type == "time"), columns[0])
    return times, [column for column in columns if column.type == "number"]
