"""What the command line asks of the server, and what monitoring sees."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from datasource_server import sdk
from datasource_server.inventory import plugin_list
from datasource_server.plugins import Plugins
from datasource_server.sdk.journal import CollectorRun
from tests.server.routes.house import NOW, Door, by_admin, by_infinity, opened, run, settings_in
from tests.server.routes.probe import PROBE, probe


async def admin(door: Door, method: str, path: str, **body: object) -> httpx.Response:
    content = orjson.dumps(body) if method == "POST" else b""
    return await door.client.request(method, f"/admin/{path}", headers=by_admin(), content=content)


@pytest.fixture
async def collecting(tmp_path: Path) -> Any:
    connector = probe()

    @connector.collector(every=timedelta(days=1), scopes=lambda _: ("good", "bad"))
    async def builds(ctx: sdk.Context[sdk.ConnectorSettings]) -> sdk.Pages:
        """Read runs; one scope breaks off."""
        if ctx.scope == "bad":
            raise sdk.UpstreamError("the tool is gone")
        yield [run("core", number).stamped(source="") for number in (1, 2)]

    async with opened(settings_in(tmp_path, **PROBE), connector) as door:
        yield door


async def test_a_collection_tells_of_each_scope(collecting: Door) -> None:
    answer = await admin(collecting, "POST", "collect", connector="probe", collector="builds")

    lines = [orjson.loads(line) for line in answer.text.splitlines()]
    runs = {each["run"]["scope"]: each["run"] for each in lines if "run" in each}
    assert any("progress" in each for each in lines)
    assert (runs["good"]["rows"], runs["good"]["error"]) == (2, "")
    assert "the tool is gone" in runs["bad"]["error"]


async def test_an_unknown_connector_is_named(collecting: Door) -> None:
    for path in ("collect", "derive", "replay"):
        answer = await admin(collecting, "POST", path, connector="nope")

        assert (answer.status_code, "nope" in answer.json()["error"]) == (400, True)


async def test_an_unknown_collector_ends_the_collection_in_words(collecting: Door) -> None:
    answer = await admin(collecting, "POST", "collect", connector="probe", collector="nope")

    assert "nope" in orjson.loads(answer.text.splitlines()[-1])["error"]


async def test_derive_and_replay_count_what_they_did(door: Door) -> None:
    derived, replayed = await admin(door, "POST", "derive"), await admin(door, "POST", "replay", only_quarantined=False)

    assert derived.json() == {"rows": 0}
    assert replayed.json() == {"read": 0, "parsed": 0, "quarantined": 0}


async def test_a_backup_is_written_where_it_was_asked_for(door: Door, tmp_path: Path) -> None:
    answer = await admin(door, "POST", "backup", folder=str(tmp_path / "backup"))
    relative = await admin(door, "POST", "backup", folder="backup")
    missing = await admin(door, "POST", "backup")

    assert answer.status_code == 200
    assert list((tmp_path / "backup").rglob("*.parquet"))
    assert (relative.status_code, missing.status_code) == (400, 400)


async def test_the_operator_queries_all_teams_rows_in_both_forms(guarded: Door) -> None:
    rows = await guarded.client.get("/admin/query/probe/runs", headers=by_admin())
    table = await guarded.client.get(
        "/admin/query/probe/runs", params={"format": "csv", "limit": "3"}, headers=by_admin()
    )

    assert len(rows.json()) == 50
    assert len(table.text.splitlines()) == 4


async def test_plugins_and_status_are_told(door: Door) -> None:
    plugins = {each["name"]: each for each in (await admin(door, "GET", "plugins")).json()}
    status = (await admin(door, "GET", "status")).json()

    assert plugins["probe"]["configured"] is True
    assert plugins["probe"]["receivers"] == ["webhook"]
    assert "runs" in plugins["probe"]["queries"]
    assert status["broken_queries"] == {}
    assert status["store_bytes"] > 0


def test_a_broken_plugin_is_listed_with_its_problem() -> None:
    plugins = Plugins.empty()
    plugins.add("gone", "opssight_that_is_not_there")

    (found,) = plugin_list(plugins)

    assert found["configured"] is False
    assert "ModuleNotFoundError" in found["problem"]


async def test_a_failing_source_degrades_and_does_not_make_the_server_unready(door: Door) -> None:
    """check 58: it is in the details of readiness, without scopes and without error texts."""
    failing = CollectorRun(
        source="probe",
        collector="builds",
        scope="acme/secret-repo",
        started_at=NOW,
        finished_at=NOW,
        error="token ghp_x refused",
        failures=3,
    )
    await door.house.store.write([failing])

    answer = await door.client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["degraded"] == [{"connector": "probe", "collector": "builds", "failing_scopes": 1}]
    assert "secret-repo" not in answer.text
    assert "ghp_x" not in answer.text


async def test_measures_count_answers_by_route_and_tell_of_collectors(door: Door) -> None:
    run_row = CollectorRun(
        source="probe",
        collector="builds",
        scope="a",
        started_at=NOW,
        finished_at=NOW,
        succeeded_at=NOW - timedelta(hours=1),
        budget_left=7,
    )
    await door.house.store.write([run_row])
    await door.client.get("/infinity/probe/runs", headers=by_infinity())
    await door.client.get("/infinity/probe/nothing", headers=by_infinity())
    await door.client.get("/nowhere")

    text = (await door.client.get("/metrics")).text

    assert 'opssight_requests_total{method="GET",route="/infinity/{connector}/{query}",status="200"} 1.0' in text
    assert 'opssight_requests_total{method="GET",route="/infinity/{connector}/{query}",status="404"} 1.0' in text
    assert 'opssight_requests_total{method="GET",route="none",status="404"} 1.0' in text
    assert 'opssight_budget_left{collector="builds",connector="probe"} 7.0' in text
    assert "opssight_store_bytes" in text
    lag = next(line for line in text.splitlines() if line.startswith("opssight_collector_lag_seconds"))
    assert 3_600 <= float(lag.split()[-1]) < 90_000


async def test_two_applications_count_apart(door: Door, tmp_path: Path) -> None:
    await door.client.get("/infinity/probe/runs", headers=by_infinity())

    async with opened(settings_in(tmp_path / "second", **PROBE), probe()) as second:
        text = (await second.client.get("/metrics")).text

    assert "/infinity/{connector}/{query}" not in text


async def test_before_the_start_the_server_says_come_back(door: Door) -> None:
    house, door.app.state.house = door.house, None
    try:
        ready, asked = (
            await door.client.get("/readyz"),
            await door.client.get("/infinity/probe/runs", headers=by_infinity()),
        )
    finally:
        door.app.state.house = house

    assert (ready.status_code, asked.status_code) == (503, 503)
    assert ready.headers["retry-after"] == "2"


async def test_a_connectors_command_answers_rows_or_a_text(tmp_path: Path) -> None:
    connector = probe()

    @connector.command()
    async def teams(ctx: sdk.Context[sdk.ConnectorSettings], *, least: int = 1) -> sdk.Told:
        """Say how many runs each team has."""
        sql = "SELECT team, count(*) AS runs FROM pipeline_run GROUP BY ALL HAVING count(*) >= $least ORDER BY team"
        return await ctx.read(sql, least=least) if least else "all of them"

    async with opened(settings_in(tmp_path, **PROBE), connector) as door:
        await door.house.store.write([run("core", 1), run("core", 2), run("web", 3)])

        rows = await admin(door, "POST", "command/probe/teams", least=2)
        text = await admin(door, "POST", "command/probe/teams", least=0)
        wrong = await admin(door, "POST", "command/probe/teams", least="many")
        unknown = await admin(door, "POST", "command/probe/nothing")

    assert rows.json() == {"rows": [{"team": "core", "runs": 2}]}
    assert text.json() == {"text": "all of them"}
    assert (wrong.status_code, "least" in wrong.json()["error"]) == (400, True)
    assert (unknown.status_code, "nothing" in unknown.json()["error"]) == (404, True)
