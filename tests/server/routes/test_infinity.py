"""The forms for Grafana's Infinity data source and for alert rules."""

from __future__ import annotations

import csv
import io

import pytest

from tests.server.routes.house import NOW, TOKENS, Door, by_alerts, by_infinity, by_json, identity, run

DAY = {"from": str(round(NOW.timestamp() - 86_400) * 1000), "to": str(round(NOW.timestamp()) * 1000)}


async def test_rows_are_flat_objects_with_fixed_keys_and_epoch_milliseconds(door: Door) -> None:
    answer = await door.client.get(
        "/infinity/probe/runs", params=DAY | {"repo": "acme/core", "n": "3", "_p": "1"}, headers=by_infinity()
    )

    rows = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert list(rows[0]) == ["started_at", "repo", "pipeline", "status", "number", "queued_seconds", "ok", "team"]
    assert rows[0]["started_at"] == round(NOW.timestamp() - 3600) * 1000
    assert rows[0]["ok"] is True
    assert {each["repo"] for each in rows} == {"acme/core"}


async def test_nothing_is_an_empty_list(door: Door) -> None:
    answer = await door.client.get("/infinity/probe/runs", params=DAY | {"repo": "acme/none"}, headers=by_infinity())

    assert (answer.status_code, answer.content) == (200, b"[]")


async def test_a_post_asks_the_same_as_a_get(door: Door) -> None:
    asked = DAY | {"repo": "acme/core,acme/none", "limit": "5"}

    got = await door.client.get("/infinity/probe/runs", params=asked, headers=by_infinity())
    by_body = await door.client.post("/infinity/probe/runs", json=asked, headers=by_infinity())
    by_form = await door.client.post("/infinity/probe/runs", data=asked, headers=by_infinity())

    assert len(got.json()) == 5
    assert got.content == by_body.content == by_form.content


async def test_frames_come_ready_with_the_ref_id_that_was_asked_for(door: Door) -> None:
    table = await door.client.get("/infinity/frames/probe/runs", params=DAY | {"refId": "C"}, headers=by_infinity())
    series = await door.client.get(
        "/infinity/frames/probe/duration", params=DAY | {"interval": "1h"}, headers=by_infinity()
    )

    assert [each["refId"] for each in table.json()] == ["C"]
    assert [each["fields"][1]["labels"] for each in series.json()] == [{"team": "core"}, {"team": "data"}]


async def test_csv_has_a_header_and_as_many_rows(door: Door) -> None:
    answer = await door.client.get("/infinity/csv/probe/runs", params=DAY, headers=by_infinity())
    empty = await door.client.get("/infinity/csv/probe/runs", params=DAY | {"repo": "none"}, headers=by_infinity())

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert {each["repo"] for each in rows} == {"acme/core", "acme/datazzdatazz"}
    assert empty.text.splitlines()[0].startswith("started_at")
    assert len(empty.text.splitlines()) == 1


async def test_a_csv_cell_cannot_become_a_formula(door: Door) -> None:
    """check 16: what a spreadsheet would run is prefixed, and no text of a row reaches a header."""
    texts = ['=HYPERLINK("http://evil")', "+1+1", "-2+3", "@SUM(A1)", "a\r\nX-Injected: yes"]
    await door.house.store.write([run("core", 1).model_copy(update={"id": text, "pipeline": text}) for text in texts])

    answer = await door.client.get("/infinity/csv/probe/runs", params=DAY, headers=by_infinity())

    found = {each["pipeline"] for each in csv.DictReader(io.StringIO(answer.text, newline=""))}
    assert {f"'{text}" for text in texts[:4]} <= found
    assert "x-injected" not in answer.headers


async def test_what_is_no_number_is_null(door: Door) -> None:
    """check 32: NaN and infinities leave as null in every JSON form, and empty in CSV."""
    rows = await door.client.get("/infinity/probe/not_numbers", headers=by_infinity())
    frames = await door.client.get("/infinity/frames/probe/not_numbers", headers=by_infinity())
    table = await door.client.get("/infinity/csv/probe/not_numbers", headers=by_infinity())

    assert rows.json() == [{"missing": None, "endless": None, "bottomless": None, "number": 1.5}]
    assert [each["values"] for each in frames.json()[0]["fields"]] == [[None], [None], [None], [1.5]]
    assert table.text.splitlines()[1] == ",,,1.5"


async def test_health_needs_the_token_only(door: Door) -> None:
    answer = await door.client.get("/infinity/health", headers={"Authorization": f"Bearer {TOKENS['infinity']}"})
    without = await door.client.get("/infinity/health")

    assert (answer.status_code, answer.content) == (200, b'{"ok":true}')
    assert without.status_code == 401


@pytest.mark.parametrize(
    "lines",
    [
        [("X-OpsSight-User", "alice"), ("X-OpsSight-User", "olga")],
        [],
        [("X-OpsSight-User", "")],
        [("X-OpsSight-User", "grafana_scheduler")],
        [("X-OpsSight-User", "${__user.login}")],
        [("X-OpsSight-User", "alice"), ("X-Grafana-Id", "x.y.z")],
        [("X-OpsSight-User", "alice"), ("Authorization", f"Bearer {TOKENS['infinity']}")],
    ],
    ids=["two", "none", "empty", "scheduler", "macro", "through the data proxy", "two tokens"],
)
async def test_a_user_that_could_be_forged_is_refused(door: Door, lines: list[tuple[str, str]]) -> None:
    answer = await door.client.get(
        "/infinity/probe/runs", headers=[("Authorization", f"Bearer {TOKENS['infinity']}"), *lines]
    )

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"from": "${__timeFrom}"}, "from"),
        ({"limit": "ten"}, "limit"),
        ({"interval": "${__interval}"}, "interval"),
        ({"from": "20", "to": "10"}, "from lies after to"),
    ],
)
async def test_a_bad_parameter_says_why(door: Door, params: dict[str, str], word: str) -> None:
    answer = await door.client.get("/infinity/probe/runs", params=params, headers=by_infinity())

    assert answer.status_code == 400
    assert word in answer.json()["error"]


async def test_clamped_wishes_are_told_in_a_header(door: Door) -> None:
    """check 47: rows have no place for notices, so a header says it."""
    answer = await door.client.get("/infinity/probe/runs", params=DAY | {"limit": "1000000000"}, headers=by_infinity())

    assert answer.status_code == 200
    assert "limit was lowered to 5000" in answer.headers["x-opssight-notice"]


async def test_only_listed_methods_are_answered(door: Door) -> None:
    for method in ("DELETE", "PUT", "PATCH"):
        answer = await door.client.request(method, "/infinity/probe/runs", headers=by_infinity())

        assert answer.status_code == 405
        assert answer.json() == {"error": "this address does not answer to this method"}


async def test_alert_rules_get_labels_and_one_value_over_all_teams(guarded: Door) -> None:
    answer = await guarded.client.get("/alerts/probe/failed_runs", params=DAY, headers=by_alerts())

    assert [(each["team"], each["value"] > 0) for each in answer.json()] == [("core", True), ("data", True)]


async def test_alert_rules_ask_alert_queries_only(door: Door) -> None:
    wrong = await door.client.get("/alerts/probe/runs", headers=by_alerts())
    unknown = await door.client.get("/alerts/probe/nothing", headers=by_alerts())

    assert (wrong.status_code, "no" in wrong.json()["error"] or "not" in wrong.json()["error"]) == (400, True)
    assert unknown.status_code == 404


@pytest.mark.parametrize("login", ["alice", "", "${__user.login}", "GRAFANA_SCHEDULER"])
async def test_nobody_but_the_scheduler_asks_for_alerts(door: Door, login: str) -> None:
    answer = await door.client.get("/alerts/probe/failed_runs", headers=by_alerts() | {"X-OpsSight-User": login})

    assert answer.status_code == 401


async def test_each_token_opens_its_own_prefix_only(door: Door) -> None:
    """check 01: a token of one data source is none of another's."""
    doors = {
        "datasource": ("POST", "/json/metrics", {"X-Grafana-Id": identity("alice")}),
        "infinity": ("GET", "/infinity/probe/runs", {"X-OpsSight-User": "alice"}),
        "alerts": ("GET", "/alerts/probe/failed_runs", {"X-OpsSight-User": "grafana_scheduler"}),
        "actions": ("POST", "/actions/probe/rerun", {"X-Grafana-Id": identity("alice")}),
        "admin": ("GET", "/admin/plugins", {}),
    }

    opened = {
        (token, name)
        for token, value in TOKENS.items()
        for name, (method, path, headers) in doors.items()
        if (await door.client.request(method, path, headers=headers | {"Authorization": f"Bearer {value}"})).status_code
        != 401
    }

    assert opened == {(name, name) for name in doors}


async def test_the_data_source_cannot_be_asked_with_infinitys_user_header(door: Door) -> None:
    answer = await door.client.post(
        "/json/query", json={}, headers=by_json() | {"X-Grafana-Id": "", "X-OpsSight-User": "olga"}
    )

    assert answer.status_code == 401
