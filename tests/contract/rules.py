"""The rules by which Grafana turns an answer into data frames, and Infinity into rows; each says what it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

Json = dict[str, Any]

KINDS: dict[str, tuple[type, ...]] = {
    "time": (int,),
    "number": (int, float),
    "string": (str,),
    "boolean": (bool,),
    "other": (list, dict),
}
MOST_ROWS = 5_000
EARLIEST, LATEST = 946_684_800_000, 4_102_444_800_000
"""The years 2000 and 2100 in epoch milliseconds: seconds or microseconds lie outside."""


def check_frames(frames: Sequence[Json], ref_id: str) -> None:
    """Check what `toDataFrame` expects of every frame of one target."""
    assert frames, "an answer has at least one frame, with its fields, even without rows"
    for frame in frames:
        assert frame["refId"] == ref_id, "transformations find a frame by the target's refId"
        names = [field["name"] for field in frame["fields"]]
        assert len(set(names)) == len(names), f"field names are unique: {names}"
        assert len({len(field["values"]) for field in frame["fields"]}) == 1, "the fields are equally long"
        for field in frame["fields"]:
            check_values(field["name"], field["type"], field["values"])
    labels = [(field["name"], tuple(sorted(field.get("labels", {}).items()))) for field in measured(frames)]
    assert len(set(labels)) == len(labels), f"each series has labels of its own: {labels}"


def check_values(name: str, kind: str, values: Sequence[Any]) -> None:
    """Check that a field holds values of its type only; a boolean is no number, and a number no text."""
    known = KINDS[kind]
    wrong = [value for value in values if value is not None and (type(value) not in known)]
    assert not wrong, f"{name} is of type {kind}, found {wrong[:3]!r}"
    if kind == "time":
        assert all(EARLIEST < value < LATEST for value in values if value is not None), f"{name}: epoch milliseconds"


def check_series(frames: Sequence[Json]) -> None:
    """Check what a time series needs: the time first, never empty, ascending, and one value a moment."""
    for frame in frames:
        time, *others = frame["fields"]
        assert time["type"] == "time", "the first field of a series is its time"
        assert None not in time["values"], "a moment is never empty"
        assert all(before < after for before, after in pairwise(time["values"])), "moments ascend, each once"
        assert others, "a series has a value"
        assert {field["type"] for field in others} == {"number"}, "labels tell series apart, not text fields"


def check_logs(frames: Sequence[Json]) -> None:
    """Check what makes a frame log lines, with their loudness."""
    for frame in frames:
        assert frame["meta"]["type"] == "log-lines"
        kinds = {field["name"]: field["type"] for field in frame["fields"]}
        assert kinds.items() >= {"timestamp": "time", "body": "string", "severity": "string", "id": "string"}.items()
        ids = by_name(frame)["id"]["values"]
        assert len(set(ids)) == len(ids), "each line has an id of its own"


def check_events(frames: Sequence[Json]) -> None:
    """Check what annotations need: a time, perhaps an end, and texts; the tags are one text."""
    (frame,) = frames
    kinds = {field["name"]: field["type"] for field in frame["fields"]}
    assert kinds.items() >= dict.fromkeys(("time", "timeEnd"), "time").items()
    assert kinds.items() >= dict.fromkeys(("title", "text", "tags"), "string").items()
    assert None not in by_name(frame)["time"]["values"]
    assert len(frame["fields"][0]["values"]) <= 500


def check_rows(rows: Sequence[Json]) -> None:
    """Check what Infinity's backend parser expects: a flat array with the same keys and one JSON type a column."""
    assert isinstance(rows, list)
    assert len(rows) <= MOST_ROWS
    assert len({tuple(row) for row in rows}) <= 1, "every row has the same keys in the same order"
    for name in rows[0] if rows else ():
        kinds = {json_kind(row[name]) for row in rows} - {"null"}
        assert len(kinds) <= 1, f"{name} has one JSON type, found {kinds}"
        assert "object" not in kinds, f"{name} is flat"


def check_alerts(rows: Sequence[Json]) -> None:
    """Check what a rule needs: exactly one number, and texts that no two rows share."""
    check_rows(rows)
    assert rows, "healthy things are rows of value 0; without any row an instance goes missing"
    kinds = {name: {json_kind(row[name]) for row in rows} for name in rows[0]}
    assert kinds.pop("value") == {"number"}, "the value is a number, and never empty"
    assert set(map(frozenset, kinds.values())) == {frozenset({"string"})}, f"all others are labels: {kinds}"
    labels = [tuple(value for name, value in row.items() if name != "value") for row in rows]
    assert len(set(labels)) == len(labels), "labels are unique a row"


def json_kind(value: object) -> str:
    """Return the JSON type of a value."""
    kinds: Mapping[type, str] = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return "null" if value is None else kinds.get(type(value), "object")


def by_name(frame: Json) -> dict[str, Json]:
    """Return the fields of a frame by their names."""
    return {field["name"]: field for field in frame["fields"]}


def measured(frames: Sequence[Json]) -> list[Json]:
    """Return the number fields of time series."""
    series = [frame for frame in frames if frame["fields"] and frame["fields"][0]["type"] == "time"]
    return [field for frame in series for field in frame["fields"] if field["type"] == "number"]


def rows_in(frames: Sequence[Json]) -> int:
    """Return how many rows all frames hold together."""
    return sum(len(frame["fields"][0]["values"]) for frame in frames if frame["fields"])
