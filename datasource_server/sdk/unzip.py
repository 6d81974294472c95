"""Unzip: the files of a zip archive that somebody else made, read within caps and never written to disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

MOST_BYTES = 50_000_000
MOST_FILES = 2_000
MOST_NAMES = 20_000
BLOCK = 65_536
ENCRYPTED = 0x1
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"

Found = tuple[str, bytes | str]
"""A file's name, and its bytes, or the reason why they are not read as text."""


def is_zip(body: bytes) -> bool:
    """Say whether a body begins as a zip archive does."""
    return body.startswith((ZIP, EMPTY_ZIP))


def unzip(body: bytes, wanted: Callable[[str], bool], *, most_bytes: int = MOST_BYTES) -> Iterator[Found]:
    """Yield the wanted files of an archive by name, one at a time: name and bytes, or name and the reason for none.

    All files together give `most_bytes` at most, whatever sizes they claim. What is wrong with all of it is under `*`.
    """
    if _count(body) > MOST_NAMES:
        yield "*", f"more than {MOST_NAMES:,} files"
        return
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            yield from _entries(archive, wanted, most_bytes)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, RuntimeError) as problem:
        yield "*", f"a broken archive: {problem}"


def _count(body: bytes) -> int:
    """Return how many files the archive says it has, without reading its directory."""
    place = body.rfind(EMPTY_ZIP)
    return int.from_bytes(body[place + 10 : place + 12], "little") if place >= 0 else 0


def _entries(archive: zipfile.ZipFile, wanted: Callable[[str], bool], most_bytes: int) -> Iterator[Found]:
    entries = {each.filename: each for each in archive.infolist() if not each.is_dir() and wanted(each.filename)}
    left = most_bytes
    for place, (name, entry) in enumerate(sorted(entries.items())):
        if place >= MOST_FILES:
            yield "*", f"more than {MOST_FILES:,} files"
            return
        found = "encrypted" if entry.flag_bits & ENCRYPTED else _read(archive, entry, left)
        left -= len(found) if isinstance(found, bytes) else 0
        yield name, found


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, cap: int) -> bytes | str:
    """Return a file's bytes, whatever size it claims; a reason where they are more than the cap, or broken."""
    pieces, size = [], 0
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(BLOCK):
                pieces.append(piece)
                if (size := size + len(piece)) > cap:
                    return f"more than {cap:,} bytes"
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, zlib.error) as problem:
        return f"broken: {problem}"
    return b"".join(pieces)
