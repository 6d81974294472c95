"""What the transport and the collectors do with tools that break off, crawl or send garbage."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import ipaddress
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from datasource_server.ingest.collect import UNREADABLE
from datasource_server.ingest.patience import Unreachable
from datasource_server.sdk import UpstreamError
from tests.server.ingest.conftest import Make
from tests.server.ingest.tool import Asked, Reply, running

GOOD = Reply(200, b'[{"id": 1}]')


async def broken_off(writer: asyncio.StreamWriter) -> None:
    writer.write(b'[{"id"')
    await writer.drain()
    writer.transport.abort()


async def crawling(writer: asyncio.StreamWriter) -> None:
    for _ in range(30):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(1)


async def endless(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b" " * 65_536)
        await writer.drain()


async def test_an_answer_that_breaks_off_is_asked_for_again(make: Make) -> None:
    """check 59"""
    waiting = [Reply(length=100, chunks=broken_off)] * 2
    async with running(lambda _: waiting.pop() if waiting else GOOD) as tool:
        response = await make(tool.url).client.get("/runs")
    assert response.json() == [{"id": 1}]
    assert len(tool.asked) == 3


async def test_a_tool_that_sends_a_byte_a_second_is_left_at_the_total_time(make: Make) -> None:
    """check 59"""
    async with running(lambda _: Reply(length=1000, chunks=crawling)) as tool:
        bench = make(tool.url, total_seconds=1.5)
        began = time.monotonic()
        with pytest.raises(Unreachable, match="TimeoutError"):
            await bench.client.get("/runs")
        assert time.monotonic() - began < 3
    assert len(tool.asked) == 1


async def test_a_tool_that_is_silent_is_left_at_the_read_time(make: Make) -> None:
    """check 59"""

    async def silent(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with running(lambda _: Reply(length=5, chunks=silent)) as tool:
        bench = make(tool.url, read_seconds=0.3, total_seconds=10)
        began = time.monotonic()
        with pytest.raises(Unreachable, match="ReadTimeout"):
            await bench.client.get("/runs")
        assert time.monotonic() - began < 2


async def test_a_name_that_nobody_knows_is_unreachable(make: Make) -> None:
    """check 59"""
    bench = make("http://no-such-host.invalid", attempts=2)
    with pytest.raises(Unreachable, match="ConnectError"):
        await bench.client.get("/runs")
    assert len(bench.slept) == 1


async def test_an_expired_certificate_is_unreachable(make: Make, tmp_path: Path) -> None:
    """check 59"""
    async with running(lambda _: GOOD, tls=expired(tmp_path)) as tool:
        bench = make(tool.url, attempts=2)
        with pytest.raises(Unreachable, match="ConnectError"):
            await bench.client.get("/runs")
    assert tool.asked == []


def linked(target: Callable[[Asked], str]) -> Callable[[Asked], Reply]:
    return lambda asked: Reply(body=b'[{"id": 1}]', headers={"Link": f'<{target(asked)}>; rel="next"'})


GARBAGE: dict[str, Callable[[Asked], Reply]] = {
    "a login page": lambda _: Reply(body=b"<html>Sign in</html>", headers={"Content-Type": "text/html"}),
    "truncated JSON": lambda _: Reply(body=b'[{"id": 1}, {"i'),
    "another type": lambda _: Reply(body=b"\x89PNG\r\n\x1a\n", headers={"Content-Type": "image/png"}),
    "no list": lambda _: Reply(body=b'{"message": "hello"}'),
    "next is itself": linked(lambda asked: asked.target),
    "next is another host": linked(lambda _: "http://127.0.0.1:9/runs"),
    "endless": lambda _: Reply(chunks=endless),
    "broken gzip": lambda _: Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}),
    "gzip bomb": lambda _: Reply(body=gzip.compress(b" " * 20_000_000), headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("name", GARBAGE)
async def test_garbage_stops_the_scope_and_is_recorded_as_a_gap(make: Make, name: str) -> None:
    """check 60"""
    async with running(GARBAGE[name]) as tool:
        bench = make(tool.url, max_answer_bytes=5_000_000)
        [run] = await bench.ingest.collect()
        assert len(tool.asked) == 1
        assert run.failures == 1
        assert "UpstreamError" in run.error
        gaps = await bench.rows("gap", "scope, reason, first_at, last_at")
        assert [(gap["scope"], gap["reason"]) for gap in gaps] == [("acme/checkout", UNREADABLE)]
        assert await bench.rows("cursor") == []

        tool.answer = lambda _: GOOD
        [run] = await bench.ingest.collect()
        assert (run.error, run.failures) == ("", 0)
        assert await bench.rows("gap") == []


async def test_pages_without_end_stop_at_the_cap(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """check 60"""
    monkeypatch.setattr("datasource_server.sdk.context.MAX_PAGES", 20)
    async with running(linked(lambda asked: f"/runs?page={int(asked.query.get('page', '1')) + 1}")) as tool:
        bench = make(tool.url)
        [run] = await bench.ingest.collect()
    assert "more than 20 pages" in run.error
    assert len(tool.asked) == 20
    assert len(await bench.rows("gap")) == 1


async def test_a_request_can_set_its_own_cap(make: Make) -> None:
    async with running(lambda _: Reply(body=b"x" * 1000)) as tool:
        client = make(tool.url).client
        with pytest.raises(UpstreamError, match="more than 999 bytes"):
            await client.get("/log", extensions={"max_bytes": 999})
        response = await client.get("/log", extensions={"max_bytes": 1000})
    assert len(response.content) == 1000


def expired(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(made)
        .not_valid_after(made + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.write_bytes(
        key.private_bytes(encoding, form, serialization.NoEncryption()) + certificate.public_bytes(encoding)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
