"""Sends answers, whole or spoiled, over a connection that can be cut."""

import asyncio
import socket
import struct

from starlette.types import Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .answers import Answer
from .faults import Faults

CUT = struct.pack("ii", 1, 0)
CHUNK = b" " * 1_000_000
Connections = dict[tuple[str, int], asyncio.Transport]


def protocol(connections: Connections) -> type[H11Protocol]:
    """An HTTP protocol that keeps its open connections in `connections`, by the client's address."""

    class Kept(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it
            connections[transport.get_extra_info("peername")[:2]] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.transport.get_extra_info("peername")[:2], None)
            super().connection_lost(exc)

    return Kept


class Wire:
    """One answer on its way to one client."""

    def __init__(self, scope: Scope, send: Send, connections: Connections, faults: Faults) -> None:
        """`faults` says how slow and how huge."""
        self._scope, self._send = scope, send
        self._connections, self._faults = connections, faults

    async def whole(self, answer: Answer, headers: dict[str, str]) -> None:
        """The answer as it is."""
        body = b"" if self._scope["method"] == "HEAD" else answer.body
        await self._start(answer.status, {**headers, "Content-Length": str(len(answer.body))})
        await self._send({"type": "http.response.body", "body": body})

    async def spoiled(self, kind: str, answer: Answer, headers: dict[str, str]) -> None:
        """The answer spoiled by a fault of the connection."""
        if kind == "reset":
            await self._reset(answer, headers)
        elif kind == "slow":
            await self._slowly(answer, headers)
        elif kind == "huge":
            await self._hugely(headers)
        else:
            await self.whole(Answer(answer.body[: len(answer.body) // 2], answer.status), headers)

    async def _start(self, status: int, headers: dict[str, str]) -> None:
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def _more(self, body: bytes) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def _reset(self, answer: Answer, headers: dict[str, str]) -> None:
        await self._start(answer.status, {**headers, "Content-Length": str(len(answer.body))})
        await self._more(answer.body[: len(answer.body) // 2])
        await asyncio.sleep(0.01)
        transport = self._connections.get(tuple(self._scope["client"]))
        if transport is not None:
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CUT)
            transport.abort()

    async def _slowly(self, answer: Answer, headers: dict[str, str]) -> None:
        await self._start(answer.status, {**headers, "Content-Length": str(len(answer.body))})
        for place in range(len(answer.body)):
            if not self._is_connected():
                return
            await self._more(answer.body[place : place + 1])
            await asyncio.sleep(self._faults.slow_seconds)
        await self._send({"type": "http.response.body", "body": b""})

    async def _hugely(self, headers: dict[str, str]) -> None:
        await self._start(200, headers)
        for _ in range(self._faults.huge_bytes // len(CHUNK)):
            if not self._is_connected():
                return
            await self._more(CHUNK)
            await asyncio.sleep(0)
        await self._send({"type": "http.response.body", "body": b"[]"})

    def _is_connected(self) -> bool:
        transport = self._connections.get(tuple(self._scope["client"]))
        return transport is not None and not transport.is_closing()
