"""The two older forms of an answer, for clients that ask for them: data points and tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from datasource_server.query import Result
from datasource_server.query.result import Series


def to_datapoints(result: Result, target: str) -> bytes:
    """Return time series as `{"target", "datapoints": [[value, ms], …]}`, joined by commas."""
    numbers = [column.name for column in result.columns if column.type == "number"]
    parts = (_points(each, numbers, target) for each in result.series)
    return b",".join(part for parts_of_series in parts for part in parts_of_series)


def to_table(result: Result, ref_id: str) -> bytes:
    """Return the answer as `{"type": "table", "columns", "rows"}`."""
    columns = [{"text": column.name, "type": column.type} for column in result.columns]
    rows = list(zip(*(orjson.loads(values) for values in result.body), strict=True))
    return orjson.dumps({"type": "table", "refId": ref_id, "columns": columns, "rows": rows})


def _points(series: Series, numbers: list[str], target: str) -> Iterable[bytes]:
    times: list[int] = orjson.loads(series.times)
    labels: dict[str, Any] = orjson.loads(series.labels or b"{}")
    for name, values in zip(numbers, series.values, strict=True):
        said = [str(value) for value in labels.values()] + ([name] if len(numbers) > 1 else [])
        points = list(zip(orjson.loads(values), times, strict=True))
        yield orjson.dumps({"target": " ".join(said) or target, "datapoints": points})
