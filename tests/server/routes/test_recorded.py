"""The requests that real clients were recorded to send, each answered or refused as it must be."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import orjson
import pytest

from datasource_server import sdk
from tests.server.routes.house import TOKENS, Door, by_json, identity, run

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "grafana_requests" / "requests.jsonl"
OURS = {
    "/infinity/alerts": ("/alerts/probe/failed_runs", "alerts"),
    "/infinity/rows": ("/infinity/probe/runs", "infinity"),
    "/infinity/csv": ("/infinity/csv/probe/runs", "infinity"),
    "/infinity/frames": ("/infinity/frames/probe/runs", "infinity"),
    "/infinity/%2e%2e/hooks/x": ("/infinity/%2e%2e/hooks/x", "infinity"),
    "/actions/rerun": ("/actions/probe/rerun_by_id", "actions"),
    "/json/query": ("/json/query", "datasource"),
    "/json/variable": ("/json/variable", "datasource"),
}
"""Where the recording server's paths lie here, and whose token opens them."""

pytestmark = pytest.mark.skipif(not RECORDED.is_file(), reason="the recorded requests are not here")


def recorded(client: str, path: str) -> list[dict[str, Any]]:
    every = [orjson.loads(line) for line in RECORDED.read_bytes().splitlines()]
    return [each for each in every if each["client"].startswith(client) and each["path"].partition("?")[0] == path]


@pytest.fixture
async def filled(door: Door) -> Door:
    """With runs at the time of the recordings."""
    moments = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in range(9)] + [
        datetime(2025, 10, 9, 3, tzinfo=UTC),
        datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
    ]
    rows = [_at(number, team, moment) for number, moment in enumerate(moments, 1) for team in ("core", "checkout")]
    await door.house.store.write(rows, [sdk.Team(source="teams", name="core", title="Core", restricts=False)])
    return door


def _at(number: int, team: str, moment: datetime) -> sdk.Row:
    base = run(team, number)
    times = dict.fromkeys(("created_at", "started_at", "finished_at"), moment)
    return sdk.PipelineRun.model_validate(
        base.model_dump(exclude_unset=True) | {"id": f"old-{base.id}", "status": "failure"} | times
    )


async def replay(door: Door, request: dict[str, Any]) -> httpx.Response:
    """Send a recorded request with our path and tokens, its header lines as they were."""
    path, _, query = request["path"].partition("?")
    ours, token = OURS[path]
    lines = [
        (name, _filled(name, value, token))
        for name, value in request["headers"]
        if name not in ("Host", "Content-Length")
    ]
    raw = ours.encode() + (b"?" + query.encode() if query else b"")
    return await send(door, request["method"], raw, lines, request["body"].encode())


async def send(door: Door, method: str, raw: bytes, lines: list[tuple[str, str]], body: bytes) -> httpx.Response:
    """Hand a request to the application as a server does, with nothing of its path tidied up."""
    path, _, query = raw.partition(b"?")
    messages: Iterator[dict[str, Any]] = iter([{"type": "http.request", "body": body, "more_body": False}])
    heard: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(messages, {"type": "http.disconnect"}) if not heard else {"type": "http.disconnect"}

    async def hear(message: Any) -> None:
        heard.append(dict(message))

    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path.decode()),
        "raw_path": path,
        "query_string": query,
        "headers": [(name.lower().encode(), value.encode()) for name, value in lines],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("opssight", 80),
    }
    await door.app(scope, patient(receive), hear)
    return httpx.Response(
        heard[0]["status"], headers=heard[0]["headers"], content=b"".join(each.get("body", b"") for each in heard[1:])
    )


def patient(receive: Any) -> Any:
    """Wait for ever after the body, as the connection of a client does that waits for its answer."""
    import asyncio  # noqa: PLC0415

    async def next_message() -> dict[str, Any]:
        message: dict[str, Any] = await receive()
        if message["type"] == "http.disconnect":
            await asyncio.Event().wait()
        return message

    return next_message


def _filled(name: str, value: str, token: str) -> str:
    if name == "Authorization":
        return f"Bearer {TOKENS[token]}"
    return identity("admin") if name == "X-Grafana-Id" else value


async def test_simpod_asks_for_a_variable(filled: Door) -> None:
    for request in recorded("simPod", "/json/variable"):
        answer = await filled.client.post("/json/variable", json=request["body"], headers=by_json())

        assert answer.json() == [{"__text": "Core", "__value": "core"}]


async def test_simpod_asks_for_annotations_series_and_filters(filled: Door) -> None:
    requests = recorded("simPod", "/json/query")
    events, builder, code = [
        (await filled.client.post("/json/query", json=each["body"], headers=by_json())).json() for each in requests
    ]

    assert [each["name"] for each in events[0]["fields"]] == ["time", "timeEnd", "title", "text", "tags"]
    assert events[0]["refId"] == "Anno"
    assert len(events[0]["fields"][0]["values"]) >= 18
    assert [each["refId"] for each in builder] == ["A"]
    assert [each["refId"] for each in code] == ["B"]
    # both choose the teams checkout and payments, and filter for the team core: nothing is left
    assert [each["fields"][1]["values"] for each in builder + code] == [[], []]


async def test_simpods_multi_values_are_the_same_in_both_spellings(filled: Door) -> None:
    *_, builder, code = recorded("simPod", "/json/query")
    found = []
    for request in (builder, code):
        body = request["body"] | {"filters": []}
        body["targets"][0]["payload"].pop("repo", None)
        found.append((await filled.client.post("/json/query", json=body, headers=by_json())).json())

    assert [each["fields"][1]["labels"] for each in found[0]] == [{"team": "checkout"}]
    assert found[0][0]["fields"][0]["values"] == found[1][0]["fields"][0]["values"]
    assert len(found[0][0]["fields"][0]["values"]) == 10


async def test_simpod_asks_what_there_is(filled: Door) -> None:
    (metrics,), (options,) = recorded("simPod", "/json/metrics"), recorded("simPod", "/json/metric-payload-options")

    offered = (await filled.client.post("/json/metrics", json=metrics["body"], headers=by_json())).json()
    chosen = (await filled.client.post("/json/metric-payload-options", json=options["body"], headers=by_json())).json()

    assert "ci/duration" in {each["value"] for each in offered}
    assert chosen == [{"label": "core", "value": "core"}]


async def test_infinity_evaluates_an_alert_rule(filled: Door) -> None:
    (request,) = recorded("Infinity", "/infinity/alerts")

    answer = await replay(filled, request)

    assert {"pipeline": "build core", "team": "core", "value": 1} in answer.json()


async def test_an_alert_rule_over_infinity_is_refused(filled: Door) -> None:
    (request,) = recorded("Infinity", "/infinity/alerts")
    lines = [(name, _filled(name, value, "infinity")) for name, value in request["headers"]]

    answer = await send(filled, "GET", b"/infinity/probe/failed_runs", lines, b"")

    assert answer.status_code == 401


async def test_infinity_asks_for_rows_csv_and_frames(filled: Door) -> None:
    rows = await replay(filled, recorded("Infinity", "/infinity/rows")[0])
    table = await replay(filled, recorded("Infinity", "/infinity/csv")[0])
    frames = await replay(filled, recorded("Infinity", "/infinity/frames")[0])

    assert rows.json()
    assert len(list(csv.DictReader(io.StringIO(table.text)))) == len(rows.json())
    assert len(frames.json()[0]["fields"][0]["values"]) == len(rows.json())


async def test_a_second_user_header_is_refused(filled: Door) -> None:
    answer = await replay(filled, recorded("Infinity", "/infinity/rows")[1])

    assert answer.status_code == 401


async def test_a_viewer_who_climbs_through_the_data_proxy_is_refused(filled: Door) -> None:
    (request,) = recorded("data proxy", "/infinity/%2e%2e/hooks/x")

    climbing = await replay(filled, request)
    plain = await replay(filled, request | {"path": "/infinity/rows"})

    assert climbing.status_code == 404
    assert plain.status_code == 401


async def test_the_app_proxy_runs_an_action_for_a_signed_identity(filled: Door) -> None:
    (request,) = recorded("app proxy", "/actions/rerun")
    await filled.house.store.write([sdk.TeamMember(source="teams", name="core", login="admin", role="manager")])

    answer = await replay(filled, request)
    unsigned = await replay(
        filled, request | {"headers": [each for each in request["headers"] if each[0] != "X-Grafana-Id"]}
    )

    assert answer.status_code == 202
    assert answer.json()["jobId"]
    assert unsigned.status_code == 401


async def test_the_data_proxy_asks_for_frames_and_a_variable(filled: Door) -> None:
    events = await replay(filled, recorded("data proxy", "/json/query")[0])
    values = await replay(filled, recorded("data proxy", "/json/variable")[0])

    assert events.json()[0]["refId"] == "Anno"
    assert len(events.json()[0]["fields"][0]["values"]) == 2
    assert values.json() == [{"__text": "Core", "__value": "core"}]


def test_every_recorded_request_is_replayed_here() -> None:
    every = [orjson.loads(line) for line in RECORDED.read_bytes().splitlines()]

    assert len(every) == 15
    assert {each["path"].partition("?")[0] for each in every} == set(OURS) | {
        "/json/metrics",
        "/json/metric-payload-options",
    }
