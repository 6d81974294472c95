"""What holds for every route of the OpenAPI list."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.server.routes.house import TOKENS, Door

OPEN = {"/healthz", "/readyz", "/metrics"}


def routes(door: Door) -> Iterator[tuple[str, str]]:
    """Yield method and path of each route, with names in place of the path's parameters."""
    for path, methods in door.app.openapi()["paths"].items():
        for method in methods:
            filled = (
                path.replace("{connector}", "probe")
                .replace("{query}", "runs")
                .replace("{receiver}", "webhook")
                .replace("{action}", "rerun")
                .replace("{command}", "teams")
            )
            assert "{" not in filled
            yield method.upper(), filled


async def answers(door: Door, headers: dict[str, str]) -> dict[tuple[str, str], httpx.Response]:
    return {each: await door.client.request(*each, headers=headers) for each in routes(door) if each[1] not in OPEN}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKENS['admin']}"},
        {"Authorization": TOKENS["infinity"]},
        {"Authorization": f"Bearer {TOKENS['infinity']}x", "X-OpsSight-User": "alice"},
    ],
    ids=["none", "empty", "wrong", "basic", "bare", "nearly"],
)
async def test_without_a_valid_token_every_route_says_the_same(door: Door, headers: dict[str, str]) -> None:
    """check 01: 401 with one body everywhere; only health and measures are open, deliveries want a signature."""
    found = await answers(door, headers)

    assert len(found) >= 20
    assert {each: answer.status_code for each, answer in found.items() if answer.status_code != 401} == {}
    assert {answer.content for answer in found.values()} == {b'{"error":"no valid token or signature"}'}


async def test_the_open_routes_hold_no_row(door: Door) -> None:
    for path in OPEN:
        answer = await door.client.get(path)

        assert answer.status_code == 200
        assert "acme" not in answer.text


async def test_openapi_describes_every_route_with_how_to_knock(door: Door) -> None:
    described = (await door.client.get("/openapi.json")).json()

    unlocked = {
        path for path, methods in described["paths"].items() for each in methods.values() if not each.get("security")
    }
    assert unlocked == OPEN | {"/hooks/{connector}/{receiver}"}
    assert all(
        each.get("summary") and each.get("description")
        for methods in described["paths"].values()
        for each in methods.values()
    )
    assert {
        "datasource token",
        "infinity token",
        "alerts token",
        "actions token",
        "admin token",
        "Grafana identity",
        "OpsSight user",
    } <= set(described["components"]["securitySchemes"])


async def test_every_reference_of_openapi_leads_somewhere(door: Door) -> None:
    text = (await door.client.get("/openapi.json")).text
    schemas = door.app.openapi()["components"]["schemas"]

    assert {name for name in re.findall(r"#/components/schemas/(\w+)", text) if name not in schemas} == set()


async def test_every_answer_names_its_request(door: Door) -> None:
    mine = await door.client.get("/healthz", headers={"X-Request-Id": "abcdef-12345678"})
    strange = await door.client.get("/healthz", headers={"X-Request-Id": "<script>"})

    assert mine.headers["x-request-id"] == "abcdef-12345678"
    assert re.fullmatch(r"[0-9a-f]{16}", strange.headers["x-request-id"])
    assert mine.headers["cache-control"] == "no-store"


async def test_an_unknown_address_is_a_failure_in_the_one_form(door: Door) -> None:
    for path in ("/", "/nothing", "/json/nothing", "/infinity", "/docs"):
        answer = await door.client.get(path)

        assert (answer.status_code, answer.json()) == (404, {"error": "nothing lies at this address"}), path
