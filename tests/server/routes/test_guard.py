"""The guard before the routes: paths that climb, bodies that are too large, too slow or packed."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response

from datasource_server.routes.failures import handle_failures
from datasource_server.routes.guard import Guard

LIMIT = 10_000
RAW_PATHS = [
    "/infinity/../hooks/x",
    "/infinity/%2e%2e/hooks/x",
    "/infinity/%2E./hooks/x",
    "/infinity/%252e%252e/hooks/x",
    "/infinity/%25252e%25252e/hooks/x",
    "/infinity/..%2fhooks/x",
    "/infinity/..%5chooks",
    "/infinity/a\\b",
    "/infinity//a",
    "//infinity/a",
    "/infinity/a%2fb",
    "/infinity/a%252fb",
    "/infinity/./a",
    "/infinity/..;/a",
    "/infinity/a%00b",
    "/infinity/a%0d%0ab",
    "/..",
]


class Reached:
    """Counts what reaches the application behind the guard."""

    def __init__(self) -> None:
        self.requests = 0
        self.bodies: list[bytes] = []
        self.headers: dict[str, str] = {}


@pytest.fixture
def reached() -> Reached:
    return Reached()


@pytest.fixture
def client(reached: Reached) -> httpx.AsyncClient:
    app = FastAPI()
    handle_failures(app)
    app.add_middleware(Guard, limit_of=lambda path: 10 if path == "/small" else LIMIT, seconds=0.2)

    @app.api_route("/{rest:path}", methods=["GET", "POST"])
    async def take(request: Request) -> Response:
        reached.requests += 1
        reached.bodies.append(await request.body())
        reached.headers = dict(request.headers)
        return Response(b"taken")

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://opssight")


async def pieces(*parts: bytes, wait: float = 0) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
        await asyncio.sleep(wait)


def at(path: str) -> httpx.URL:
    """Return an address whose path goes out as it is written."""
    return httpx.URL("http://opssight/").copy_with(raw_path=path.encode())


@pytest.mark.parametrize("path", RAW_PATHS)
async def test_a_path_that_climbs_or_hides_is_refused_before_routing(path: str) -> None:
    """check 20: raw and decoded dot segments, double slashes and backslashes find nothing."""
    assert await talk(reading_app(), pieces(b"x"), path) == 404


@pytest.mark.parametrize(
    "path", ["/infinity/ci/runs", "/infinity/ci/a.b", "/a..b/c", "/caf%C3%A9", "/a%2525", "/x?redirect=../../y"]
)
async def test_a_plain_path_passes(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(at(path))

    assert answer.status_code == 200


async def test_a_body_that_says_it_is_too_large_is_refused_unread(client: httpx.AsyncClient, reached: Reached) -> None:
    """check 44: a Content-Length over the limit is a 413 at once."""
    answer = await client.post("/x", content=b"a" * (LIMIT + 1))

    assert answer.status_code == 413
    assert reached.requests == 0


async def test_a_body_without_a_length_is_read_to_the_limit_only(client: httpx.AsyncClient, reached: Reached) -> None:
    """check 44: a chunked body is given up once it passes the limit."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(10_000):
            sent += 1_000
            yield b"a" * 1_000

    app = reading_app()
    seen = await talk(app, endless())

    assert seen == 413
    assert sent <= LIMIT + 1_000


async def test_a_body_of_the_limit_passes(client: httpx.AsyncClient, reached: Reached) -> None:
    answer = await client.post("/x", content=pieces(b"a" * (LIMIT - 1), b"b"))

    assert answer.status_code == 200
    assert len(reached.bodies[0]) == LIMIT


async def test_a_path_may_have_a_smaller_limit(client: httpx.AsyncClient) -> None:
    answer = await client.post("/small", content=b"a" * 11)

    assert answer.status_code == 413


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
async def test_a_packed_body_is_unpacked_before_it_is_read(
    client: httpx.AsyncClient, reached: Reached, pack: object
) -> None:
    encoding = "gzip" if pack is gzip.compress else "deflate"
    packed: bytes = pack(b'{"a": 1}')  # type: ignore[operator]

    answer = await client.post("/x", content=pieces(packed[:5], packed[5:]), headers={"Content-Encoding": encoding})

    assert answer.status_code == 200
    assert reached.bodies == [b'{"a": 1}']
    assert "content-encoding" not in reached.headers


async def test_a_packed_bomb_is_counted_unpacked(client: httpx.AsyncClient, reached: Reached) -> None:
    """check 25: two hundred megabytes in a small gzip are refused by their real size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()

    answer = await client.post("/x", content=bomb[:9_000], headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 413
    assert reached.bodies == []


async def test_several_packed_members_count_together(client: httpx.AsyncClient) -> None:
    """check 25: a bomb of many small members is no way around."""
    answer = await client.post("/x", content=gzip.compress(b"a" * 2_000) * 6, headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"no gzip", "gzip", 400),
        pytest.param(gzip.compress(b"abc", mtime=0)[:-9], "gzip", 400, id="cut off"),
        (b"abc", "br", 415),
        (b"abc", "gzip, gzip", 415),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_refused(
    client: httpx.AsyncClient, body: bytes, encoding: str, status: int
) -> None:
    answer = await client.post("/x", content=body, headers={"Content-Encoding": encoding})

    assert answer.status_code == status
    assert answer.json()["error"]


async def test_a_body_that_does_not_come_is_given_up() -> None:
    """check 43: a half-sent body costs no more than the time limit."""
    began = asyncio.get_running_loop().time()

    status = await talk(reading_app(), pieces(b"half", wait=30))

    assert status == 408
    assert asyncio.get_running_loop().time() - began < 5


async def test_a_drip_does_not_restart_the_clock() -> None:
    """check 43: one byte now and then is no progress."""
    status = await talk(reading_app(), pieces(*[b"x"] * 1_000, wait=0.05))

    assert status == 408


def reading_app() -> Guard:
    app = FastAPI()
    handle_failures(app)

    @app.post("/{rest:path}")
    async def take(request: Request) -> Response:
        return Response(await request.body())

    return Guard(app, lambda _: LIMIT, 0.2)


async def talk(app: Guard, body: AsyncIterator[bytes], path: str = "/x") -> int:
    """Send a chunked body piece by piece, as a server hands it over, and return the status."""
    statuses: list[int] = []

    async def receive() -> dict[str, object]:
        try:
            return {"type": "http.request", "body": await anext(body), "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        if isinstance(message, dict) and message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "method": "POST",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    return statuses[0]
