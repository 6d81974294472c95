"""Nobody gets a row of a team that is not theirs, by any route, parameter, filter, variable or cache."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from datasource_server import sdk
from datasource_server.sdk import JOURNAL, Connector, Row
from tests.server.routes.house import (
    NOW,
    THEIRS,
    Door,
    Written,
    by_actions,
    by_admin,
    by_alerts,
    by_infinity,
    by_json,
    opened,
    runs,
    settings_in,
    teams,
)
from tests.server.routes.probe import PROBE, probe

TABLES: tuple[type[Row], ...] = (*sdk.DELIVERY, *JOURNAL)
PATHS = [f"all/{row.table}" for row in TABLES] + [
    "all/text",
    "all/joined",
    "all/repo",
    "probe/runs",
    "probe/duration",
    "probe/events",
    "probe/logs",
    "probe/repos",
    "probe/failed_runs",
]
REPOS = ["acme/core", f"acme/data{THEIRS}", "data", "core", "__all", "", f"acme/core,acme/data{THEIRS}"]
COLUMNS = ["repo", "team", "title", "name", "pipeline", "status", "source", "login", "nothing"]

JOINED = """
-- Runs beside all runs, by an author who forgot the teams.
WITH pipeline AS (SELECT * FROM pipeline_run)
SELECT a.repo, b.repo AS other, b.title, b.team
FROM pipeline AS a, (SELECT * FROM pipeline_run WHERE picked($repo, repo)) AS b
WHERE a.number <= 2
ORDER BY ALL
"""


@dataclass(frozen=True)
class Asked:
    """What is drawn for one request."""

    path: str
    value: str
    column: str
    operator: str

    @property
    def params(self) -> dict[str, str]:
        return {
            "repo": self.value,
            "team": self.value,
            "seed": "1",
            "from": str(round((NOW - timedelta(days=900)).timestamp() * 1000)),
            "limit": "100000",
        }

    @property
    def panel(self) -> dict[str, Any]:
        target = {"refId": "A", "target": self.path, "payload": self.params}
        filters = (
            [{"key": self.column, "operator": self.operator, "value": self.value, "values": [self.value]}]
            if self.column
            else []
        )
        return {"targets": [target], "filters": filters, "range": {"from": self.params["from"]}}


ASKED = st.builds(
    Asked,
    path=st.sampled_from(PATHS),
    value=st.sampled_from(REPOS),
    column=st.sampled_from(["", *COLUMNS]),
    operator=st.sampled_from(["=", "!=", "=~", "!~", "<", ">", "=|", "!=|"]),
)

Ask = Callable[[httpx.AsyncClient, Asked, str], Any]


def json_of(path: str, body: Callable[[Asked], object]) -> Ask:
    return lambda client, asked, login: client.post(path, json=body(asked), headers=by_json(login))


def infinity_of(method: str, before: str) -> Ask:
    def ask(client: httpx.AsyncClient, asked: Asked, login: str) -> Any:
        more: dict[str, Any] = {"params": asked.params} if method == "GET" else {"json": asked.params}
        return client.request(method, f"/infinity{before}/{asked.path}", headers=by_infinity(login), **more)

    return ask


def with_headers(method: str, path: str, headers: dict[str, str]) -> Ask:
    return lambda client, asked, _: client.request(
        method, path.replace("{path}", asked.path), headers=headers, params=asked.params
    )


def queries_of(asked: Asked) -> dict[str, Any]:
    return {"key": asked.column or "repo", "queries": [{"refId": "A", "target": asked.path, "payload": asked.params}]}


ROUTES: dict[tuple[str, str], Ask] = {
    ("get", "/json"): lambda client, _, login: client.get("/json", headers=by_json(login)),
    ("get", "/json/"): lambda client, _, login: client.get("/json/", headers=by_json(login)),
    ("post", "/json/query"): json_of("/json/query", lambda asked: asked.panel),
    ("post", "/json/variable"): json_of(
        "/json/variable", lambda asked: {"payload": {"target": asked.path, **asked.params}}
    ),
    ("post", "/json/metrics"): json_of("/json/metrics", lambda asked: {"metric": asked.path, "payload": asked.params}),
    ("post", "/json/metric-payload-options"): json_of(
        "/json/metric-payload-options", lambda asked: {"metric": asked.path, "name": asked.column or "repo"}
    ),
    ("post", "/json/tag-keys"): json_of("/json/tag-keys", queries_of),
    ("post", "/json/tag-values"): json_of("/json/tag-values", queries_of),
    ("post", "/json/search"): json_of("/json/search", lambda asked: {"target": asked.value}),
    ("post", "/json/annotations"): json_of(
        "/json/annotations",
        lambda asked: {"annotation": {"query": asked.path}, "range": {"from": asked.params["from"]}},
    ),
    ("get", "/infinity/health"): lambda client, _, login: client.get("/infinity/health", headers=by_infinity(login)),
    ("get", "/infinity/{connector}/{query}"): infinity_of("GET", ""),
    ("post", "/infinity/{connector}/{query}"): infinity_of("POST", ""),
    ("get", "/infinity/frames/{connector}/{query}"): infinity_of("GET", "/frames"),
    ("post", "/infinity/frames/{connector}/{query}"): infinity_of("POST", "/frames"),
    ("get", "/infinity/csv/{connector}/{query}"): infinity_of("GET", "/csv"),
    ("post", "/infinity/csv/{connector}/{query}"): infinity_of("POST", "/csv"),
    ("get", "/alerts/{connector}/{query}"): lambda client, asked, login: client.get(
        f"/alerts/{asked.path}", headers=by_alerts() | {"X-OpsSight-User": login}
    ),
    ("post", "/alerts/{connector}/{query}"): lambda client, asked, login: client.post(
        f"/alerts/{asked.path}", headers=by_alerts() | {"X-OpsSight-User": login}
    ),
    ("post", "/hooks/{connector}/{receiver}"): with_headers("POST", "/hooks/probe/webhook", {}),
    ("post", "/actions/{connector}/{action}"): lambda client, _, login: client.post(
        "/actions/probe/rerun", json={"repo": "acme/none", "run_id": 1}, headers=by_actions(login)
    ),
    ("post", "/admin/collect"): with_headers("POST", "/admin/collect", by_infinity()),
    ("post", "/admin/derive"): with_headers("POST", "/admin/derive", by_infinity()),
    ("post", "/admin/replay"): with_headers("POST", "/admin/replay", by_infinity()),
    ("post", "/admin/backup"): with_headers("POST", "/admin/backup", by_infinity()),
    ("get", "/admin/query/{connector}/{query}"): with_headers("GET", "/admin/query/{path}", by_infinity()),
    ("post", "/admin/command/{connector}/{command}"): with_headers("POST", "/admin/command/probe/teams", by_infinity()),
    ("get", "/admin/plugins"): with_headers("GET", "/admin/plugins", by_infinity()),
    ("get", "/admin/status"): with_headers("GET", "/admin/status", by_infinity()),
    ("get", "/healthz"): with_headers("GET", "/healthz", {}),
    ("get", "/readyz"): with_headers("GET", "/readyz", {}),
    ("get", "/metrics"): with_headers("GET", "/metrics", {}),
}


def everything() -> Connector:
    """Return a connector that shows every table whole, by authors who never think of teams."""
    texts = {row.table: f'-- All.\nSELECT * FROM "{row.table}" ORDER BY ALL' for row in TABLES}
    more = {
        "text": "-- As text.\nSELECT title || repo AS text, to_json(r)::VARCHAR AS x FROM pipeline_run AS r ORDER BY 1",
        "joined": JOINED,
        "repo": "-- Repositories.\n-- shape: variable\nSELECT repo AS text, repo AS value FROM repository ORDER BY ALL",
    }
    return Written("all", texts | more, is_always_on=True)


def row_of(row: type[Row], team: str, mark: str) -> Row:
    """Return a row of any table with the mark in each of its texts."""
    values: dict[str, object] = {}
    for name, field in row.model_fields.items():
        kind = str(field.annotation)
        values[name] = _value(kind, f"{team}{mark}-{name}")
    choices = {
        "repo": f"acme/{team}{mark}",
        "scope": f"acme/{team}{mark}",
        "team": team,
        "status": "failed" if row.table == "test_result" else "failure",
        "severity": "high",
        "state": _state(row),
        "tier": "other",
        "role": "viewer",
    }
    fixed = {
        "outcome": "done",
        "level": "info",
        "restricts": True,
        "source": "probe",
        "collector": "runs",
        "receiver": "webhook",
        "login": f"somebody{mark}",
        "name": f"{team}{mark}",
    }
    return row.model_validate({name: {**values, **choices, **fixed}[name] for name in row.model_fields})


def _state(row: type[Row]) -> str:
    return {"pull_request": "open", "delivery": "parsed", "notification": "sent"}.get(row.table, "open")


def _value(kind: str, text: str) -> object:
    if "datetime" in kind:
        return NOW - timedelta(hours=1)
    if "bool" in kind:
        return True
    if "int" in kind or "float" in kind:
        return 1
    if "list" in kind:
        return [text]
    return {"header": text} if "dict" in kind else text


async def seed(door: Door) -> None:
    """Write rows of both teams into every table; team data's texts are marked throughout."""
    await door.house.store.write(teams())
    rows = [row_of(row, team, mark) for row in TABLES for team, mark in (("core", ""), ("data", THEIRS))]
    for each in rows:
        await door.house.store.write([each])
    await door.house.store.write(runs("core", 10), runs("data", 10, THEIRS))


async def warm(door: Door, asked: Asked) -> None:
    """Let the manager and the other team ask first, so that their answers lie in the cache."""
    for login in ("olga", "bob"):
        for route in (("post", "/json/query"), ("get", "/infinity/{connector}/{query}"), ("post", "/json/tag-values")):
            await ROUTES[route](door.client, asked, login)


def test_no_route_gives_a_row_of_another_team(tmp_path: Path) -> None:
    """check 02, check 09: whatever alice of team core asks, nothing of team data is in the answer."""
    with asyncio.Runner() as runner:
        server = opened(settings_in(tmp_path, **PROBE), probe(), everything())
        door = runner.run(server.__aenter__())
        runner.run(seed(door))
        seen = runner.run(_seen_by(door, "olga"))

        @settings(max_examples=40, deadline=None, database=None)
        @given(asked=ASKED)
        def nothing_leaks(asked: Asked) -> None:
            runner.run(_ask_every_route(door, asked))

        nothing_leaks()
        described = {(method, path) for path, methods in door.app.openapi()["paths"].items() for method in methods}
        runner.run(server.__aexit__(None, None, None))

    assert seen > 100, "the manager sees the marked rows, so the test can find them"
    assert described == set(ROUTES), "every route of the OpenAPI list is asked"


async def _ask_every_route(door: Door, asked: Asked) -> None:
    await warm(door, asked)
    for route, ask in ROUTES.items():
        answer = await ask(door.client, asked, "alice")
        is_refused = answer.status_code >= 400 and asked.value  # a refusal may repeat what was asked
        own = answer.text.replace(asked.value, "") if is_refused else answer.text
        assert THEIRS not in own, (route, asked)


async def _seen_by(door: Door, login: str) -> int:
    """Return how often the mark is seen by somebody who may see it."""
    answers = [
        await door.client.get(f"/infinity/{path}", headers=by_infinity(login), params={"seed": "1"}) for path in PATHS
    ]
    return sum(each.text.count(THEIRS) for each in answers)


async def test_an_unknown_login_sees_nothing_once_there_is_a_team(tmp_path: Path) -> None:
    """check 02: who belongs to no team gets empty answers, never a hint."""
    async with opened(settings_in(tmp_path, **PROBE), probe(), everything()) as door:
        await seed(door)
        found = [
            await door.client.get(f"/infinity/{path}", headers=by_infinity("eve"), params={"seed": "1"})
            for path in PATHS
            if not path.startswith("all/")
        ]
        tables = [
            await door.client.get(f"/infinity/all/{row.table}", headers=by_infinity("eve")) for row in sdk.DELIVERY
        ]
        admin = await door.client.get("/admin/query/probe/runs", headers=by_admin())

    assert {each.content for each in found + tables} == {b"[]"}
    assert THEIRS in admin.text
