"""A tool on loopback for tests: real HTTP over real sockets, told by the test how to answer or how to misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came in; header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}


@dataclass
class Reply:
    """One answer; `chunks` sends the body piece by piece, waiting before each, and may break off."""

    status: int = 200
    body: bytes = b"[]"
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    chunks: Callable[[asyncio.StreamWriter], Awaitable[None]] | None = None


Answer = Callable[[Asked], Reply]


class Tool:
    """Answers with what `answer` says and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.port = 0
        self.scheme = "http"
        self.open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (task := asyncio.current_task()) is not None:
            self.open.add(task)
            task.add_done_callback(self.open.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (asked := await _read(reader)) is not None:
            self.asked.append(asked)
            if not await _write(writer, self.answer(asked)):
                return


@asynccontextmanager
async def running(answer: Answer, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Tool]:
    """Yield a tool that listens on loopback until the block ends."""
    tool = Tool(answer)
    server = await asyncio.start_server(tool.serve, "127.0.0.1", 0, ssl=tls)
    tool.port = server.sockets[0].getsockname()[1]
    tool.scheme = "https" if tls else "http"
    try:
        yield tool
    finally:
        server.close()
        for task in list(tool.open):
            task.cancel()
        await asyncio.gather(*tool.open, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Send an answer; return whether the connection can go on."""
    has_body = reply.status != 304
    length = len(reply.body) if reply.length is None else reply.length
    headers = {"content-type": "application/json", **({"content-length": str(length)} if has_body else {})}
    headers |= {name.lower(): value for name, value in reply.headers.items()}
    if reply.chunks is not None and reply.length is None:
        headers.pop("content-length")
        headers["connection"] = "close"
    phrase = HTTPStatus(reply.status).phrase
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    if reply.chunks is not None:
        await reply.chunks(writer)
        return False
    writer.write(reply.body if has_body else b"")
    await writer.drain()
    return True


def paged(asked: Asked) -> Reply:
    """Three pages of two runs each, for every scope."""
    page = int(asked.query.get("page", "1"))
    scope = asked.query["scope"]
    items = ",".join(f'{{"id": "{scope}-{page}-{n}", "repo": "{scope}"}}' for n in range(2))
    link = f'</runs?scope={scope}&page={page + 1}>; rel="next"'
    return Reply(body=f"[{items}]".encode(), headers={"Link": link} if page < 3 else {})
