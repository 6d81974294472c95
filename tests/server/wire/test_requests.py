"""Requests of the JSON data source protocol are read leniently."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from datasource_server.sdk import QueryError
from datasource_server.wire import asks
from datasource_server.wire.requests import (
    AnnotationRequest,
    MetricRequest,
    QueryRequest,
    TagRequest,
    Target,
    VariableRequest,
    read_request,
)

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(st.sampled_from(["targets", "payload", "range", "filters", "x"]), each)
    ),
)


def panel(**more: object) -> QueryRequest:
    return read_request(QueryRequest, orjson.dumps({"targets": [{"refId": "A", "target": "ci/runs"}], **more}))


@pytest.mark.parametrize(
    "payload",
    [
        {"team": "core"},
        '{"team": "core"}',
        [{"name": "team", "value": "core"}],
        [{"key": "team", "value": ["core"]}],
        [{"team": "core"}],
    ],
)
def test_a_payload_comes_as_an_object_a_json_text_or_a_list(payload: object) -> None:
    target = Target.model_validate({"target": "ci/runs", "payload": payload})

    ask = asks.to_panel_ask(QueryRequest(), target, NOW)

    assert ask.params == {"team": ("core",)}


@pytest.mark.parametrize("payload", ["", None, 5, "  ", "[]"])
def test_a_payload_may_hold_nothing(payload: object) -> None:
    target = Target.model_validate({"target": "ci/runs", "payload": payload})

    assert target.params() == {}


def test_a_panel_gives_range_interval_points_and_filters() -> None:
    asked = panel(
        range={
            "from": "2026-11-16T04:15:32.990Z",
            "to": "2026-11-23T04:15:32.990Z",
            "raw": {"from": "now-7d", "to": "now"},
        },
        intervalMs=900000,
        interval="15m",
        maxDataPoints=580,
        scopedVars={"__interval": {"text": "15m", "value": "15m"}, "undefined": {}},
        filters=[
            {"key": "team", "operator": "=", "value": "core"},
            {"key": "repo", "operator": "=|", "values": ["a", "b"], "value": "a"},
        ],
    )

    ask = asks.to_panel_ask(asked, asked.targets[0], NOW)

    assert (ask.interval_seconds, ask.max_points, ask.start.day, ask.end.day) == (900, 580, 16, 23)
    assert [(each.key, each.operator, each.values) for each in ask.filters] == [
        ("team", "=", ("core",)),
        ("repo", "=|", ("a", "b")),
    ]


def test_a_half_typed_filter_does_not_count() -> None:
    asked = panel(filters=[{"key": "", "operator": "=", "value": ""}])

    assert asks.to_panel_ask(asked, asked.targets[0], NOW).filters == ()


@pytest.mark.parametrize(
    ("body", "path", "params"),
    [
        ({"payload": {"target": "teams/teams"}}, "teams/teams", {}),
        ({"payload": {"target": "ci/repos", "team": "core"}}, "ci/repos", {"team": "core"}),
        ({"payload": '{"target": "ci/repos", "team": "core"}'}, "ci/repos", {"team": "core"}),
        ({"payload": "teams/teams"}, "teams/teams", {}),
        ({"payload": {"target": "ci/repos", "payload": {"team": "core"}}}, "ci/repos", {"team": "core"}),
        ({"target": "teams/teams"}, "teams/teams", {}),
    ],
)
def test_a_variable_names_its_query_in_several_ways(body: object, path: str, params: dict[str, str]) -> None:
    target = read_request(VariableRequest, orjson.dumps(body)).asked()

    assert (target.path(), target.params()) == (path, params)


@pytest.mark.parametrize(
    "annotation",
    [
        {"query": "ci/events"},
        {"target": "ci/events"},
        {"target": {"target": "ci/events"}},
        {"query": '{"target": "ci/events"}'},
    ],
)
def test_an_older_annotation_names_its_query_in_several_ways(annotation: object) -> None:
    asked = read_request(AnnotationRequest, orjson.dumps({"annotation": annotation}))

    assert asked.asked().path() == "ci/events"


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'{"a": NaN}', b'"\xff"', b'{"a":"\\ud800"}', b"1" * 5_000])
def test_garbage_is_a_bad_request_with_a_reason(body: bytes) -> None:
    """check 24: deep nesting, NaN, lone surrogates and bad UTF-8 are refused in words."""
    with pytest.raises(QueryError) as problem:
        read_request(QueryRequest, body)

    assert str(problem.value)


@given(JSON, st.sampled_from([QueryRequest, VariableRequest, MetricRequest, TagRequest, AnnotationRequest]))
def test_no_body_does_worse_than_a_bad_request(body: object, model: type[BaseModel]) -> None:
    refused = ""
    try:
        read_request(model, orjson.dumps(body))
    except QueryError as problem:
        refused = str(problem)

    assert "Traceback" not in refused


def test_a_repeated_parameter_becomes_several_values() -> None:
    ask = asks.to_ask(asks.read_pairs("team=core&team=data&from=1795399930000&to=1795403530000&n=3&_p=1"), NOW)

    assert ask.params["team"] == ("core", "data")
    assert ask.start.year == 2026


def test_a_form_and_a_json_object_hold_the_same_parameters() -> None:
    form = asks.read_flat(b"team=core%2Cdata&limit=5", "application/x-www-form-urlencoded")
    body = asks.read_flat(b'{"team": "core,data", "limit": 5}', "application/json")

    assert asks.to_ask(form, NOW) == asks.to_ask(body, NOW)


def test_too_many_parameters_are_refused() -> None:
    with pytest.raises(QueryError, match="more than 1000"):
        asks.read_pairs("&".join(f"a{each}=1" for each in range(1_001)))
