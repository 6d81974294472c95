"""Grafana's public keys, read over HTTP and kept: renewed every few minutes, and at a key id not seen before."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import httpx
import orjson
from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWKSetError, PyJWTError

REFRESH_SECONDS = 300
RETRY_SECONDS = 60
KEEP_SECONDS = 3600
MAX_BYTES = 1_000_000

log = logging.getLogger(__name__)


class Keys:
    """The keys by their id. While Grafana is away, those read last are good for an hour; it is asked once a minute."""

    def __init__(
        self, url: str, transport: httpx.AsyncBaseTransport | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._transport = transport
        self._clock = clock
        self._lock = asyncio.Lock()
        self._keys: dict[str, PyJWK] = {}
        self._read_at = float("-inf")
        self._tried_at = float("-inf")

    async def find(self, kid: str) -> PyJWK | None:
        """Return the key of this id, None where Grafana has none or could not be asked for too long."""
        is_being_read = self._lock.locked()
        if (kid not in self._keys) if is_being_read else self._is_due(kid):
            async with self._lock:
                if self._is_due(kid):
                    await self._renew()
        is_good = self._clock() - self._read_at < KEEP_SECONDS
        return self._keys.get(kid) if is_good else None

    def _is_due(self, kid: str) -> bool:
        now = self._clock()
        is_stale = now - self._read_at >= REFRESH_SECONDS
        return bool(self._url) and (is_stale or kid not in self._keys) and now - self._tried_at >= RETRY_SECONDS

    async def _renew(self) -> None:
        self._tried_at = self._clock()
        try:
            self._keys = _read(await self._body())
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, PyJWTError) as problem:
            log.warning("Grafana's signing keys can't be read", extra={"url": self._url, "problem": repr(problem)})
        else:
            self._read_at = self._clock()

    async def _body(self) -> bytes:
        client = httpx.AsyncClient(transport=self._transport, timeout=5, trust_env=False)
        async with client, client.stream("GET", self._url, headers={"Accept": "application/json"}) as response:
            response.raise_for_status()
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAX_BYTES:
                    raise ValueError(f"the key set is longer than {MAX_BYTES} bytes")
            return body


def _read(body: bytes) -> dict[str, PyJWK]:
    """Return the elliptic-curve keys of a JWK set; PyJWTError where it is none."""
    found = orjson.loads(body)
    if not isinstance(found, dict):
        raise PyJWKSetError("the answer is no JWK set")
    keys = PyJWKSet.from_dict(found).keys
    return {key.key_id: key for key in keys if key.key_id and key.key_type == "EC"}
