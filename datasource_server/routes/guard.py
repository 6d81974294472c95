"""The guard before the routes: no paths that climb, and bodies only as large and as slow as is allowed."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from datasource_server.routes.failures import failure
from datasource_server.sdk import OpsSightError, QueryError, Rejected

UNSAFE_PATH = re.compile(rb"(^|/)\.{1,2}(/|;|$)|//|\\|[\x00-\x1f\x7f]")
MAX_DECODINGS = 3
GZIP, DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS
WINDOWS = {"gzip": GZIP, "x-gzip": GZIP, "deflate": DEFLATE}


class Guard:
    """Refuses what no route should see.

    `limit_of` gives the number of bytes that a body for this path may have, counted unpacked; a body that has not
    arrived after `seconds` is given up.
    """

    def __init__(self, app: ASGIApp, limit_of: Callable[[str], int], seconds: float) -> None:
        self.app = app
        self.limit_of = limit_of
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            _require_plain_path(scope)
            body = Body(receive, scope, self.limit_of(scope["path"]), self.seconds)
        except OpsSightError as problem:
            await failure(problem.status, str(problem), {"Connection": "close"})(scope, receive, send)
            return
        scope["headers"] = body.headers  # in place: who stands outside reads the route from the same scope
        await self.app(scope, body, send)


class Body:
    """Receives a body unpacked, and raises Rejected where it is too large (413) or too slow (408)."""

    def __init__(self, receive: Receive, scope: Scope, limit: int, seconds: float) -> None:
        self._receive = receive
        self._limit = limit
        self._seconds = seconds
        self._deadline: float | None = None
        self._count = 0
        self._is_whole = False
        headers = {name.lower(): value for name, value in scope["headers"]}
        if _length(headers) > limit:
            raise self._too_large()
        self._unpack = _unpacker(headers.get(b"content-encoding", b"").decode("latin-1").strip().lower())
        dropped = (b"content-encoding", b"content-length") if self._unpack else ()
        self.headers = [(name, value) for name, value in scope["headers"] if name.lower() not in dropped]

    async def __call__(self) -> Message:
        if self._is_whole:
            return await self._receive()
        message = await self._in_time()
        if message["type"] != "http.request":
            return message
        self._is_whole = not message.get("more_body", False)
        return {**message, "body": self._read(message.get("body", b""))}

    async def _in_time(self) -> Message:
        loop = asyncio.get_running_loop()
        self._deadline = self._deadline or loop.time() + self._seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._receive()
        except TimeoutError:
            raise Rejected(f"the body did not arrive within {self._seconds:g} s", status=408) from None

    def _read(self, packed: bytes) -> bytes:
        chunk = self._unpack.read(packed, self._limit - self._count + 1) if self._unpack else packed
        self._count += len(chunk)
        if self._count > self._limit:
            raise self._too_large()
        if self._unpack and self._is_whole:
            self._unpack.require_end()
        return chunk

    def _too_large(self) -> Rejected:
        return Rejected(f"the body is larger than {self._limit} bytes", status=413)


class Unpacker:
    """Unpacks a stream piece by piece, never more than is asked for."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inner = zlib.decompressobj(window)
        self._has_begun = False

    def read(self, packed: bytes, most: int) -> bytes:
        found = bytearray()
        while packed and len(found) < most:
            if self._inner.eof:
                self._inner = zlib.decompressobj(self._window)
            try:
                found += self._inner.decompress(packed, most - len(found))
            except zlib.error:
                raise QueryError("the body's compression is broken") from None
            self._has_begun = True
            packed = self._inner.unconsumed_tail or self._inner.unused_data
        return bytes(found)

    def require_end(self) -> None:
        if self._has_begun and not self._inner.eof:
            raise QueryError("the compressed body ends too early")


def _require_plain_path(scope: Scope) -> None:
    path = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    path = path.partition(b"?")[0]
    for _ in range(MAX_DECODINGS):
        if UNSAFE_PATH.search(path):
            raise _Unsafe("a path with dot segments, double slashes, backslashes or control characters is refused")
        decoded = unquote_to_bytes(path)
        if decoded.count(b"/") != path.count(b"/"):
            raise _Unsafe("a path with a slash in disguise is refused")
        if decoded == path:
            return
        path = decoded
    raise _Unsafe("a path that is encoded many times over is refused")


class _Unsafe(QueryError):
    status = 404


def _length(headers: dict[bytes, bytes]) -> int:
    text = headers.get(b"content-length", b"0")
    return int(text[:18]) if text.isdigit() else 0


def _unpacker(encoding: str) -> Unpacker | None:
    if encoding in ("", "identity"):
        return None
    if encoding not in WINDOWS:
        raise Rejected("the body's Content-Encoding is none of gzip, deflate", status=415)
    return Unpacker(WINDOWS[encoding])
