"""Frames and the older forms, by their bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from datasource_server.query import Column, Result, Series
from datasource_server.sdk import Query, Shape
from datasource_server.wire import catalogue, choices, frames, simplejson

AS_OF = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def table(*columns: tuple[str, Any, bytes], shape: Shape = "table", notices: tuple[str, ...] = ()) -> Result:
    query = Query("ci", "runs", "SELECT 1", "Runs.", shape, "Runs")
    described = tuple(Column(name, kind) for name, kind, _ in columns)
    return Result(query, described, tuple(body for *_, body in columns), (), 2, notices, AS_OF, 1)


def series(*found: Series, numbers: tuple[str, ...] = ("hours",)) -> Result:
    query = Query("ci", "duration", "SELECT 1", "Duration.", "timeseries", "Duration")
    columns = (Column("time", "time"), Column("team", "string"), *(Column(name, "number") for name in numbers))
    return Result(query, columns, (), found, 2, (), AS_OF, 1)


def read(parts: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(frames.frames_answer([parts]))
    return found


def test_a_table_is_one_frame_with_typed_fields_and_its_ref_id() -> None:
    result = table(
        ("started_at", "time", b"[1,2]"),
        ("n", "number", b"[1,null]"),
        ("ok", "boolean", b"[true,false]"),
        ("labels", "list", b'[["a"],[]]'),
    )

    (frame,) = read(frames.to_frames(result, "B"))

    assert (frame["refId"], frame["name"]) == ("B", "Runs")
    assert [(each["name"], each["type"]) for each in frame["fields"]] == [
        ("started_at", "time"),
        ("n", "number"),
        ("ok", "boolean"),
        ("labels", "other"),
    ]
    assert frame["fields"][1]["values"] == [1, None]


def test_a_frame_says_how_old_it_is_and_what_was_clamped() -> None:
    """check 47: what was clamped is a notice in the frame."""
    (frame,) = read(frames.to_frames(table(("n", "number", b"[]"), notices=("The limit was lowered.",)), "A"))

    assert frame["meta"]["custom"] == {"path": "ci/runs", "dataAsOf": 1795406400000}
    assert frame["meta"]["notices"] == [{"severity": "warning", "text": "The limit was lowered."}]
    assert frame["meta"]["preferredVisualisationType"] == "table"


def test_logs_are_shown_as_logs_in_explore() -> None:
    (frame,) = read(frames.to_frames(table(("time", "time", b"[1]"), ("body", "string", b'["x"]'), shape="logs"), "A"))

    assert frame["meta"]["preferredVisualisationType"] == "logs"
    assert frame["meta"]["type"] == "log-lines"
    assert [each["name"] for each in frame["fields"]] == ["timestamp", "body"]
    assert frame["meta"]["type"] == "log-lines"
    assert [each["name"] for each in frame["fields"]] == ["timestamp", "body"]


def test_time_series_are_a_frame_each_with_their_labels() -> None:
    core, data = Series(b'{"team":"core"}', b"[1,2]", (b"[1.5,null]",)), Series(b'{"team":"data"}', b"[1]", (b"[3]",))

    found = read(frames.to_frames(series(core, data), "A"))

    assert [each["fields"][1]["labels"] for each in found] == [{"team": "core"}, {"team": "data"}]
    assert [each["fields"][1]["config"] for each in found] == [
        {"displayNameFromDS": "core"},
        {"displayNameFromDS": "data"},
    ]
    assert [each["fields"][0]["values"] for each in found] == [[1, 2], [1]]
    assert {each["refId"] for each in found} == {"A"}


def test_a_series_is_called_by_what_tells_it_from_the_others() -> None:
    labelled = Series(b'{"team":"core","tier":""}', b"[1]", (b"[1.5]",))
    (alone,) = read(frames.to_frames(series(labelled), "A"))
    both = Series(b'{"team":"core","tier":"gold"}', b"[1]", (b"[2]", b"[3]"))
    (several,) = read(frames.to_frames(series(both, numbers=("p50", "p95")), "A"))

    assert alone["fields"][1]["config"] == {"displayNameFromDS": "core"}
    shown = [each["config"].get("displayNameFromDS") for each in several["fields"]]
    assert shown == [None, "core · gold · p50", "core · gold · p95"]


def test_a_series_without_labels_has_none_and_several_numbers_are_fields() -> None:
    found = read(frames.to_frames(series(Series(b"{}", b"[1]", (b"[2]", b"[3]")), numbers=("p50", "p95")), "A"))

    assert [each["name"] for each in found[0]["fields"]] == ["time", "p50", "p95"]
    assert "labels" not in found[0]["fields"][1]


def test_no_series_are_one_empty_frame() -> None:
    (frame,) = read(frames.to_frames(series(), "A"))

    assert [(each["name"], each["values"]) for each in frame["fields"]] == [("time", []), ("hours", [])]


def test_data_points_are_pairs_of_value_and_moment() -> None:
    result = series(Series(b'{"team":"core"}', b"[10,20]", (b"[1.5,null]",)), Series(b"{}", b"[10]", (b"[3]",)))

    found = read(simplejson.to_datapoints(result, "ci/duration"))

    assert found == [
        {"target": "core", "datapoints": [[1.5, 10], [None, 20]]},
        {"target": "ci/duration", "datapoints": [[3, 10]]},
    ]


def test_the_older_table_has_columns_and_rows() -> None:
    result = table(("n", "number", b"[1,2]"), ("text", "string", b'["a","b"]'))

    (found,) = read(simplejson.to_table(result, "A"))

    assert found == {
        "type": "table",
        "refId": "A",
        "columns": [{"text": "n", "type": "number"}, {"text": "text", "type": "string"}],
        "rows": [[1, "a"], [2, "b"]],
    }


def test_a_variable_takes_text_and_value_or_the_first_column() -> None:
    named = table(("text", "string", b'["Core","Data"]'), ("value", "string", b'["core","data"]'), shape="variable")
    plain = table(("number", "number", b"[7,7,null]"), ("other", "string", b'["a","b","c"]'))

    assert orjson.loads(choices.to_variable(named)) == [
        {"__text": "Core", "__value": "core"},
        {"__text": "Data", "__value": "data"},
    ]
    assert orjson.loads(choices.to_variable(plain)) == [{"__text": "7", "__value": "7"}]


def test_filters_may_name_the_columns_that_all_answers_share() -> None:
    team, hours, labels = Column("team", "string"), Column("hours", "number"), Column("labels", "list")

    assert orjson.loads(choices.to_tag_keys([[team, hours, labels], [team]])) == [{"type": "string", "text": "team"}]
    assert [each["text"] for each in orjson.loads(choices.to_tag_keys([[team], [hours]]))] == ["hours", "team"]
    assert orjson.loads(choices.to_tag_keys([])) == []


def test_older_annotations_carry_what_was_asked_and_a_list_of_tags() -> None:
    result = table(
        ("time", "time", b"[1]"),
        ("title", "string", b'["Deploy"]'),
        ("tags", "string", b'["a, b"]'),
        shape="annotations",
    )

    (event,) = orjson.loads(choices.to_annotations(result, {"name": "Deploys"}))

    assert event == {"annotation": {"name": "Deploys"}, "time": 1, "title": "Deploy", "tags": ["a", "b"]}


def test_the_catalogue_offers_parameters_and_columns_with_their_sentences() -> None:
    query = Query("ci", "runs", "SELECT 1", "Runs of pipelines.", "table", "Runs", {"days": "30"})

    (metric,) = orjson.loads(
        catalogue.to_metrics(
            [catalogue.Offer(query, ("team", "days"), [(Column("repo", "string"), "Owner and name.")])]
        )
    )

    assert (metric["label"], metric["value"], metric["connector"], metric["shape"]) == (
        "Runs",
        "ci/runs",
        "ci",
        "table",
    )
    assert [(each["name"], each["type"], each["default"]) for each in metric["payloads"]] == [
        ("team", "multi-select", ""),
        ("days", "multi-select", "30"),
    ]
    assert metric["columns"] == [{"name": "repo", "type": "string", "description": "Owner and name."}]


def test_an_older_search_finds_paths_by_their_text() -> None:
    queries = [Query("ci", "runs", "", ""), Query("teams", "teams", "", "", title="Teams")]

    assert orjson.loads(catalogue.to_search(queries, "TEAM")) == ["teams/teams"]
    assert orjson.loads(catalogue.to_search(queries, "")) == ["ci/runs", "teams/teams"]
