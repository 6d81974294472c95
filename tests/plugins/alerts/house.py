"""A store and the way in, with the receivers of alerts; deliveries as the tools post them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from datasource_server.ingest import Ingest, Received
from datasource_server.plugins import Plugins
from datasource_server.sdk import DELIVERY, JOURNAL
from datasource_server.settings import Settings
from datasource_server.store import Store

SECRET = "the shared secret"
PAGERDUTY_SECRET = "what PagerDuty made"
OPSGENIE_SECRET = "what Opsgenie sends"
SERVICES = {"Web Checkout": {"service": "checkout", "repo": "acme/shop", "environment": "production"}}


@dataclass(slots=True)
class House:
    """A running store and ingest."""

    store: Store
    ingest: Ingest

    async def post(self, receiver: str, body: object, headers: Mapping[str, str] | None = None) -> Received:
        """One delivery, with the proof that its tool sends unless others are given."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        given = proof(receiver, raw) if headers is None else headers
        return await self.ingest.receive("alerts", receiver, given, raw, {})

    async def incidents(self) -> list[dict[str, Any]]:
        """All incidents by their ids."""
        return await self.store.rows("SELECT * FROM incident ORDER BY id")


def signed(raw: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def proof(receiver: str, raw: bytes) -> dict[str, str]:
    """The headers by which a tool proves itself."""
    return {
        "pagerduty": {"X-PagerDuty-Signature": f"v1={signed(raw, 'an old one')},v1={signed(raw, PAGERDUTY_SECRET)}"},
        "opsgenie": {"X-OpsSight-Token": OPSGENIE_SECRET},
        "incidents": {"X-OpsSight-Signature": f"sha256={signed(raw, SECRET)}"},
    }[receiver]


@asynccontextmanager
async def alerts_house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    """A house with secrets for each receiver."""
    known = {
        "webhook_secret": SECRET,
        "pagerduty_secrets": ["a first subscription", PAGERDUTY_SECRET],
        "opsgenie_secret": OPSGENIE_SECRET,
        "services": SERVICES,
    }
    plugins = Plugins.empty()
    plugins.add("alerts", "opssight_alerts")
    plugins.configure(Settings(data_dir=folder, alerts=known | settings))  # type: ignore[call-arg]
    assert not plugins.problems
    store = Store(folder / "opssight.duckdb", [*DELIVERY, *JOURNAL])
    store.open()
    ingest = Ingest(store, plugins)
    await ingest.start(is_collecting=False)
    try:
        yield House(store, ingest)
    finally:
        await ingest.stop()
        store.close()


def pagerduty_event(kind: str, minute: int, status: str, **data: Any) -> dict[str, Any]:
    """What PagerDuty posts about an incident that began at 9:00."""
    return {
        "event": {
            "id": f"{kind}-{minute}",
            "event_type": f"incident.{kind}",
            "resource_type": "incident",
            "occurred_at": f"2026-03-02T09:{minute:02}:00.500Z",
            "agent": None,
            "data": {
                "id": "Q1",
                "type": "incident",
                "html_url": "https://acme.pagerduty.example/incidents/Q1",
                "number": 7,
                "status": status,
                "title": "Checkout is down",
                "created_at": "2026-03-02T09:00:00Z",
                "service": {"id": "PS", "summary": "Web Checkout", "type": "service_reference"},
                "assignees": [{"id": "PU", "summary": "Ana", "type": "user_reference"}],
                "priority": {"id": "PP", "summary": "P1"},
                "urgency": "high",
            }
            | data,
        }
    }


def opsgenie_action(action: str, minute: int, **alert: Any) -> dict[str, Any]:
    """What Opsgenie posts about an alert that began at 9:00; moments are milli- and nanoseconds, as it has them."""
    begin = 1_772_442_000_000
    return {
        "action": action,
        "alert": {
            "alertId": "a-1",
            "message": "Disk is full",
            "tinyId": "3",
            "entity": "Web Checkout",
            "alias": "disk",
            "createdAt": begin,
            "updatedAt": (begin + minute * 60_000) * 1_000_000,
            "username": "ben@acme.example",
            "details": {},
            "priority": "P3",
        }
        | alert,
        "source": {"name": "", "type": "web"},
        "integrationType": "Webhook",
    }
