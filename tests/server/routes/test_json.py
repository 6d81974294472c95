"""The JSON data source protocol, endpoint by endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.server.routes.house import NOW, TOKENS, Door, by_json, identity

WEEK = {"from": (NOW.timestamp() - 7 * 86400) * 1000, "to": NOW.timestamp() * 1000}


async def post(door: Door, path: str, body: object, login: str = "alice") -> Any:
    answer = await door.client.post(f"/json/{path}", json=body, headers=by_json(login))
    assert answer.status_code == 200, answer.text
    return answer.json()


def panel(*targets: Mapping[str, object], **more: object) -> dict[str, object]:
    return {"range": WEEK, "intervalMs": 3_600_000, "maxDataPoints": 500, "targets": list(targets), **more}


@pytest.mark.parametrize("path", ["/json", "/json/"])
async def test_the_root_says_who_is_asking_and_needs_the_token_only(door: Door, path: str) -> None:
    answer = await door.client.get(path, headers=by_json("alice"))
    without = await door.client.get(path, headers={"Authorization": f"Bearer {TOKENS['datasource']}"})

    assert answer.json()["user"] == "alice"
    assert answer.json()["connectors"] == ["changes", "ci", "probe", "teams"]
    assert without.status_code == 200
    assert without.json()["user"] is None
    assert "X-Grafana-Id" in without.json()["problem"]


async def test_metrics_list_every_query_with_parameters_and_columns(door: Door) -> None:
    found = {each["value"]: each for each in await post(door, "metrics", {})}

    runs = found["probe/runs"]
    assert runs["description"] == "Runs, newest first."
    assert [(each["name"], each["type"]) for each in runs["payloads"]] == [
        ("repo", "multi-select"),
        ("team", "multi-select"),
    ]
    assert {"name": "repo", "type": "string", "description": "Owner and name of the repository."} in runs["columns"]
    assert found["probe/duration"]["shape"] == "timeseries"


async def test_a_parameter_offers_its_values(door: Door) -> None:
    body = {"metric": "ci/duration", "payload": {"repo": "web", "team": "(checkout|payments)"}, "name": "repo"}

    found = await post(door, "metric-payload-options", body)

    assert {"label": "acme/core", "value": "acme/core"} in found


async def test_a_table_is_a_frame_with_its_ref_id_and_its_rows(door: Door) -> None:
    (frame,) = await post(
        door, "query", panel({"refId": "Q", "target": "probe/runs", "payload": {"repo": "acme/core"}})
    )

    fields = {each["name"]: each for each in frame["fields"]}
    assert frame["refId"] == "Q"
    assert list(fields) == ["started_at", "repo", "pipeline", "status", "number", "queued_seconds", "ok", "team"]
    assert fields["started_at"]["type"] == "time"
    assert fields["number"]["values"] == list(range(1, 31))
    assert frame["meta"]["custom"]["path"] == "probe/runs"


async def test_a_time_series_is_a_frame_each_with_sorted_times_and_labels(door: Door) -> None:
    found = await post(door, "query", panel({"refId": "A", "target": "probe/duration"}))

    assert [each["fields"][1]["labels"]["team"] for each in found] == ["core", "data"]
    for each in found:
        times = each["fields"][0]["values"]
        assert times == sorted(times)


async def test_several_targets_are_answered_in_order_and_hidden_ones_are_not(door: Door) -> None:
    targets: list[Mapping[str, object]] = [
        {"refId": "A", "target": "probe/repos"},
        {"refId": "B", "target": "probe/runs", "hide": True},
        {"refId": "C", "target": "probe/logs"},
        {"refId": "D", "target": ""},
    ]

    found = await post(door, "query", panel(*targets))

    assert [each["refId"] for each in found] == ["A", "C"]


async def test_an_older_client_gets_data_points_or_a_table(door: Door) -> None:
    series, table = (
        {"target": "probe/duration", "type": "timeserie"},
        {"refId": "B", "target": "probe/runs", "type": "table"},
    )

    points, *_ = await post(door, "query", panel(series))
    (rows,) = await post(door, "query", panel(table))

    assert points["target"] == "core"
    assert all(len(each) == 2 and each[1] > 1e12 for each in points["datapoints"])
    assert rows["type"] == "table"
    assert rows["columns"][1] == {"text": "repo", "type": "string"}
    assert len(rows["rows"]) == 50


async def test_ad_hoc_filters_narrow_the_answer(door: Door) -> None:
    for operator, value, count in (("=", "acme/core", 30), ("!=", "acme/core", 20), ("=~", "acme/c.*", 30)):
        (frame,) = await post(
            door,
            "query",
            panel(
                {"refId": "A", "target": "probe/runs"}, filters=[{"key": "repo", "operator": operator, "value": value}]
            ),
        )

        assert len(frame["fields"][0]["values"]) == count, operator


@pytest.mark.parametrize(
    ("filters", "word"),
    [
        ([{"key": "password", "operator": "=", "value": "x"}], "password"),
        ([{"key": "repo", "operator": ";", "value": "x"}], "operator"),
        ([{"key": "repo; DROP TABLE x", "operator": "=", "value": "x"}], "column"),
        ([{"key": "(select 1)", "operator": "=", "value": "x"}], "column"),
    ],
)
async def test_a_filter_off_the_list_is_a_bad_request(door: Door, filters: list[object], word: str) -> None:
    """check 11: unknown columns and operators are refused in words."""
    answer = await door.client.post(
        "/json/query", json=panel({"refId": "A", "target": "probe/runs"}, filters=filters), headers=by_json()
    )

    assert answer.status_code == 400
    assert word in answer.json()["error"]


async def test_a_variable_offers_texts_and_values(guarded: Door) -> None:
    found = await post(guarded, "variable", {"payload": {"target": "teams"}, "range": WEEK}, "olga")

    assert found == [{"__text": "Core", "__value": "core"}, {"__text": "Data", "__value": "data"}]


async def test_filters_offer_the_columns_of_the_boards_queries_and_their_values(door: Door) -> None:
    keys = await post(
        door,
        "tag-keys",
        {"filters": [], "queries": [{"refId": "A", "target": "probe/runs", "payload": {}}], "timeRange": WEEK},
    )
    values = await post(door, "tag-values", {"key": "status", "queries": [{"refId": "A", "target": "probe/runs"}]})

    assert {"type": "string", "text": "repo"} in keys
    assert {"type": "number", "text": "number"} in keys
    assert values == [{"text": "failure"}, {"text": "success"}]
    assert {"type": "string", "text": "team"} in await post(door, "tag-keys", {})


async def test_the_values_of_an_unknown_column_are_a_bad_request(door: Door) -> None:
    answer = await door.client.post("/json/tag-values", json={"key": "password"}, headers=by_json())

    assert (answer.status_code, "password" in answer.text) == (400, True)


async def test_older_clients_search_and_annotate(door: Door) -> None:
    found = await post(door, "search", {"target": "duration"})
    events = await post(
        door, "annotations", {"range": WEEK, "annotation": {"name": "Failures", "query": "probe/events"}}
    )

    assert sorted(found) == ["ci/duration", "probe/duration"]
    assert events[0]["annotation"]["name"] == "Failures"
    assert events[0]["tags"] == ["run", "failure"]
    assert events[0]["time"] > 1e12


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (panel({"refId": "A", "target": "probe/nothing"}), "probe/nothing"),
        (panel({"refId": "A", "target": "duration"}), "more than one"),
        (panel({"refId": "A", "target": "probe/runs"}, range={"from": "now-7d", "to": "now"}), "to is no moment"),
        (panel({"refId": "A", "target": "probe/runs", "payload": {"limit": "-1"}}), "limit"),
        (panel({"refId": "A", "target": "probe/runs", "type": "timeserie"}), "no time series"),
        ({"targets": "x"}, "targets"),
        ({"targets": [{}] * 101}, "targets"),
    ],
)
async def test_a_bad_request_says_why(door: Door, body: object, word: str) -> None:
    answer = await door.client.post("/json/query", json=body, headers=by_json())

    assert answer.status_code == 400
    assert word in answer.json()["error"]


async def test_one_unknown_target_refuses_the_whole_request(door: Door) -> None:
    body = panel({"refId": "A", "target": "probe/runs"}, {"refId": "B", "target": "nope"})

    answer = await door.client.post("/json/query", json=body, headers=by_json())

    assert (answer.status_code, answer.json()) == (400, {"error": "there is no query 'nope'"})


async def test_absurd_wishes_are_clamped_with_a_notice(door: Door) -> None:
    """check 47: a huge limit and a huge range at a fine step are answered within limits, and the frame says so."""
    body = panel({"refId": "A", "target": "probe/duration", "payload": {"limit": "1000000000"}})
    body |= {"range": {"from": "1990-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "intervalMs": 1_000}

    (frame,) = await post(door, "query", body)

    texts = " ".join(each["text"] for each in frame["meta"]["notices"])
    assert "5 years" in texts
    assert "interval was widened" in texts
    assert "limit was lowered" in texts


async def test_forged_headers_change_nothing(guarded: Door) -> None:
    """check 03: only the signed identity says who asks."""
    forged = {"X-Grafana-User": "olga", "X-WEBAUTH-USER": "olga", "X-Forwarded-User": "olga", "X-OpsSight-User": "olga"}
    asked = panel({"refId": "A", "target": "probe/runs"})

    answer = await guarded.client.post("/json/query", json=asked, headers=by_json("alice", **forged))
    nobody = await guarded.client.post(
        "/json/query", json=asked, headers={"Authorization": f"Bearer {TOKENS['datasource']}", **forged}
    )

    assert len(answer.json()[0]["fields"][0]["values"]) == 30
    assert nobody.status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "org:2"},
        {"exp": 1},
        {"iss": "http://other.test/"},
        {"type": "service-account", "username": None},
        {"username": ""},
    ],
    ids=["audience", "expired", "issuer", "service account", "nobody"],
)
async def test_an_identity_that_does_not_hold_is_refused(door: Door, claims: dict[str, object]) -> None:
    """check 04: wrong audience, expired, foreign issuer, no user."""
    headers = by_json() | {"X-Grafana-Id": identity("alice", **claims)}

    answer = await door.client.post("/json/query", json=panel(), headers=headers)

    assert answer.status_code == 401


async def test_an_answer_in_the_cache_is_not_anothers(guarded: Door) -> None:
    """check 09: the cache keeps teams apart, whoever asks first."""
    asked = panel({"refId": "A", "target": "probe/runs"})

    counts = [
        len((await post(guarded, "query", asked, login))[0]["fields"][0]["values"])
        for login in ("olga", "alice", "bob", "dora", "eve", "alice")
    ]

    assert counts == [50, 30, 20, 50, 0, 30]
