"""A running server, without Grafana, that holds a week of the sandbox organisation; one for all tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from datasource_server import sdk
from datasource_server.app import create_app
from datasource_server.plugins import Plugins
from datasource_server.routes.house import House
from datasource_server.sdk.journal import CollectorRun, DeliveryRecord
from opssight_sandbox import Settings as Sandbox
from tests.server.routes.house import by_alerts, by_infinity, by_json, grafana_keys, settings_in

DAYS = 8


@dataclass(frozen=True)
class Served:
    """The server in front of its rows, and the time range that its boards are asked for."""

    client: httpx.AsyncClient
    house: House
    since: datetime
    until: datetime

    @property
    def span(self) -> dict[str, Any]:
        texts = [f"{moment:%Y-%m-%dT%H:%M:%S}.000Z" for moment in (self.since, self.until)]
        return {"from": texts[0], "to": texts[1], "raw": {"from": "now-7d", "to": "now"}}

    async def ask(self, path: str, body: dict[str, Any]) -> Any:
        """Return the answer to a reader's request of the JSON data source."""
        answer = await self.client.post(f"/json/{path}", json=body, headers=by_json())
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def get(self, path: str, **params: str) -> httpx.Response:
        """Return the answer to Infinity, or to an alert rule."""
        span = {"from": f"{self.since.timestamp() * 1000:.0f}", "to": f"{self.until.timestamp() * 1000:.0f}"}
        headers = by_alerts() if path.startswith("/alerts") else by_infinity()
        answer = await self.client.get(path, params=span | params, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    settings = settings_in(tmp_path_factory.mktemp("contract"), people={"managers_see_others": True})
    plugins = Plugins.load(settings)
    app = create_app(settings, plugins=plugins, transport=httpx.MockTransport(grafana_keys))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://opssight")
    async with app.router.lifespan_context(app), client:
        house: House = app.state.house
        plugins.configured["sandbox"] = Sandbox()
        began = datetime.now(UTC).replace(microsecond=0)
        await house.ingest.collect("sandbox", since=began - timedelta(days=DAYS))
        await house.store.write(troubles(began))
        await house.ingest.derive()
        yield Served(client, house, began - timedelta(days=7), datetime.now(UTC) + timedelta(seconds=1))


def troubles(now: datetime) -> list[sdk.Row]:
    """Return what a healthy sandbox lacks: a manager, a budget, a gap, a delivery that nobody understood."""
    common = {"source": "github", "receiver": "webhook", "id": "72d3162e"}
    run = {"source": "github", "collector": "runs", "scope": "acme/web", "every_seconds": 60.0, "succeeded_at": now}
    told = {"error": "503 from the tool", "failures": 2, "budget_left": 4_321, "budget_resets_at": now}
    gap = {"source": "github", "collector": "runs", "scope": "acme/web", "reason": "a cap of the tool", "first_at": now}
    return [
        sdk.TeamMember(source="teams", name="platform", login="alice", role="manager"),
        CollectorRun.model_validate(run | told | {"started_at": now, "finished_at": now}),
        sdk.Gap.model_validate(gap | {"last_at": now}),
        DeliveryRecord.model_validate(
            common
            | {"kind": "workflow_run", "body": "{}", "received_at": now}
            | {"state": "quarantined", "reason": "no repository", "read_at": now}
        ),
    ]
