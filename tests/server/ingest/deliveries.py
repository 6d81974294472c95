"""Signed deliveries for tests."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson

from datasource_server import sdk
from datasource_server.ingest import Received
from tests.server.ingest.workbench import SECRET, Bench


def body_of(run: int = 1, **columns: Any) -> bytes:
    return orjson.dumps({"run": {"id": run} | columns})


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed(body: bytes, identity: str = "d-1", **more: str) -> dict[str, str]:
    headers = {"X-Delivery": identity, "X-Event": "run", "X-Hub-Signature-256": signature(body)}
    return headers | {"Content-Type": "application/json"} | more


async def deliver(
    bench: Bench, body: bytes, identity: str = "d-1", headers: Mapping[str, str] | None = None
) -> Received:
    given = signed(body, identity) if headers is None else headers
    return await bench.ingest.receive("demo", "hook", given, body, {})


def taking_anything(verify: sdk.Verify) -> sdk.Connector:
    """Return a connector whose one receiver takes whatever `verify` lets in."""
    connector = sdk.Connector("opssight_demo")

    @connector.receiver(verify=verify)
    def hook(delivery: sdk.Delivery) -> list[sdk.Row]:
        """Take anything."""
        return []

    return connector
