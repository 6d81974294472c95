"""ETags: answers that need not be sent again; a tool's 304 is free and is answered from here."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass

_OVERHEAD = 500

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Key:
    """Which answer: what was asked, in which form, by whom (a digest of the credential)."""

    credential: str
    url: str
    accept: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer: its ETag, its headers and its compressed body."""

    etag: str
    headers: Headers
    packed: bytes

    @property
    def body(self) -> bytes:
        return zlib.decompress(self.packed)


class ETags:
    """The last answers, up to so many bytes; the one that was not used for longest goes first."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Key) -> Kept | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: Key, etag: str, headers: Headers, body: bytes) -> None:
        self._drop(key)
        packed = zlib.compress(body, level=1)
        if len(packed) + _OVERHEAD > self._limit // 4:
            return
        self._kept[key] = Kept(etag, headers, packed)
        self.size += len(packed) + _OVERHEAD
        while self.size > self._limit:
            self._drop(next(iter(self._kept)))

    def forget(self, credential: str) -> None:
        """Drop what was answered to a credential that is no longer used."""
        for key in [each for each in self._kept if each.credential == credential]:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self.size -= len(kept.packed) + _OVERHEAD
