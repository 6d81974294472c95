"""A whole server for tests: real rooms, a connector of the tests' own, rows of two teams, and a signing Grafana."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI

from datasource_server import sdk
from datasource_server.app import create_app
from datasource_server.plugins import Plugins
from datasource_server.routes.house import House
from datasource_server.sdk import Connector, Query, Row, read_query
from datasource_server.settings import Settings

NOW = datetime.now(UTC).replace(microsecond=0)
TOKENS = {name: f"{name}-token-of-the-tests" for name in ("datasource", "infinity", "alerts", "actions", "admin")}
SECRET = "webhook-secret-of-the-tests"
ISSUER = "http://grafana.test/"
KEY = ec.generate_private_key(ec.SECP256R1())
OWNERS = ("core", "data", "checkout")
THEIRS = "zzdatazz"
"""Stands in each text of team data's rows, so that one that leaks is seen."""


class Written(Connector):
    """A connector whose queries are written beside the test."""

    def __init__(self, name: str, texts: Mapping[str, str], **more: Any) -> None:
        super().__init__(f"opssight_{name}", **more)
        self._texts = dict(texts)

    def queries(self) -> dict[str, Query]:
        return {name: read_query(self.name, name, text) for name, text in self._texts.items()}


class Plugin:
    """A plugin that hands one connector over."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    @sdk.hookimpl
    def opssight_connector(self) -> Connector:
        return self._connector

    @sdk.hookimpl
    def opssight_team(self, row: Row) -> str | None:
        name = str(getattr(row, "repo", "")).removeprefix("acme/").partition(THEIRS)[0]
        return name if name in OWNERS else None


@dataclass(frozen=True)
class Door:
    """The running application and a client in front of it."""

    app: FastAPI
    client: httpx.AsyncClient

    @property
    def house(self) -> House:
        found: House = self.app.state.house
        return found


def plugins_of(settings: Settings, *connectors: Connector) -> Plugins:
    plugins = Plugins.empty()
    for connector in connectors:
        plugins.add(connector.name, Plugin(connector), "tests 1")
    plugins.configure(settings)
    return plugins


def settings_in(folder: Path, **more: Any) -> Settings:
    tables = {"grafana": {"root_url": ISSUER}, "tokens": TOKENS, "data_dir": folder}
    return Settings.model_validate(tables | more)


@asynccontextmanager
async def opened(settings: Settings, *connectors: Connector) -> AsyncIterator[Door]:
    app = create_app(settings, plugins=plugins_of(settings, *connectors), transport=httpx.MockTransport(grafana_keys))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://opssight") as client,
    ):
        yield Door(app, client)


def identity(login: str, **claims: object) -> str:
    """Return an identity as Grafana signs it."""
    now = int(time.time())
    said = {
        "aud": "org:1",
        "iss": ISSUER,
        "iat": now,
        "exp": now + 600,
        "sub": "user:2",
        "type": "user",
        "username": login,
        "role": "Viewer",
    }
    return jwt.encode(said | claims, KEY, algorithm="ES256", headers={"kid": "tests"})


def by_json(login: str = "alice", **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS['datasource']}", "X-Grafana-Id": identity(login)} | headers


def by_infinity(login: str = "alice") -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS['infinity']}", "X-OpsSight-User": login}


def by_alerts() -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS['alerts']}", "X-OpsSight-User": "grafana_scheduler"}


def by_actions(login: str = "alice") -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS['actions']}", "X-Grafana-Id": identity(login)}


def by_admin() -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS['admin']}"}


def teams() -> list[Row]:
    """Return two teams: alice is in core, bob in data, olga manages, dora is in both."""
    members = {"core": ["alice", "dora"], "data": ["bob", "dora"]}
    rows: list[Row] = [sdk.Team(source="teams", name=name, title=name.title(), restricts=True) for name in members]
    rows += [
        sdk.TeamMember(source="teams", name=name, login=login) for name, logins in members.items() for login in logins
    ]
    return [*rows, sdk.TeamMember(source="teams", name="core", login="olga", role="manager")]


def runs(team: str, count: int, mark: str = "") -> list[Row]:
    """Return runs of a team's repository, one an hour back from now; `mark` stands in each text."""
    return [run(team, number, mark) for number in range(1, count + 1)]


def run(team: str, number: int, mark: str = "") -> sdk.PipelineRun:
    began = NOW - timedelta(hours=number)
    return sdk.PipelineRun(
        source="probe",
        team=team,
        url=f"https://forge.test/{team}{mark}/{number}",
        id=f"{team}{mark}-{number}",
        number=number,
        repo=f"acme/{team}{mark}",
        pipeline=f"build {team}{mark}",
        branch=f"main{mark}",
        actor=f"alice{mark}",
        title=f"Run {number} {mark}",
        conclusion=f"done{mark}",
        status="failure" if number % 3 == 0 else "success",
        created_at=began,
        started_at=began,
        finished_at=began + timedelta(minutes=number % 7 + 1),
        queued_seconds=float(number),
    )


def grafana_keys(request: httpx.Request) -> httpx.Response:
    if request.url.path != "/api/signing-keys/keys":
        return httpx.Response(404)
    key = jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    return httpx.Response(200, json={"keys": [key | {"kid": "tests", "use": "sig", "alg": "ES256"}]})
