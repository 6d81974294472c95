"""Zips of logs: honest ones, and hostile ones for the code that must survive them."""

import struct
import warnings
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from .logs import job_log, step_log
from .model import Attempt

EPOCH = (2026, 1, 15, 12, 0, 0)
BOMB_BYTES = 200_000_000
MANY_ENTRIES = 2_000
CENTRAL_HEADER = b"PK\x01\x02"
LOCAL_HEADER = b"PK\x03\x04"


def log_archive(attempt: Attempt, marker: str, hostile: frozenset[str] = frozenset()) -> bytes:
    """The zip of an attempt: `0_build.txt` for each job and `build/1_Set up job.txt` for each of its steps.

    `hostile` names what to add, out of `HOSTILE`.
    """
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for number, job in enumerate(job for job in attempt.jobs if job.conclusion != "skipped"):
            _put(archive, f"{number}_{job.blueprint.name}.txt", job_log(job, marker).encode())
            for index, step in enumerate(job.blueprint.steps):
                name = f"{job.blueprint.name}/{index + 1}_{step.replace('/', '_')}.txt"
                _put(archive, name, step_log(job, index, marker).encode())
        for kind in sorted(hostile):
            HOSTILE[kind](archive)
    return _spoil(target.getvalue(), hostile)


def _put(archive: ZipFile, name: str, body: bytes) -> None:
    info = ZipInfo(name, EPOCH)
    info.compress_type = ZIP_DEFLATED
    archive.writestr(info, body)


def _put_bomb(archive: ZipFile) -> None:
    """One entry of a thousand to one; written in blocks, so that making it takes no memory."""
    block = b"0" * 1_000_000
    info = ZipInfo("bomb.txt", EPOCH)
    info.compress_type = ZIP_DEFLATED
    with archive.open(info, "w") as entry:
        for _ in range(BOMB_BYTES // len(block)):
            entry.write(block)


def _put_twice(archive: ZipFile) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        _put(archive, "twice.txt", b"first")
        _put(archive, "twice.txt", b"second")


def _put_nested(archive: ZipFile) -> None:
    inner = BytesIO()
    with ZipFile(inner, "w", ZIP_DEFLATED) as nested:
        _put(nested, "inner.txt", b"inside")
    _put(archive, "nested.zip", inner.getvalue())


def _put_outside(archive: ZipFile) -> None:
    _put(archive, "../../escaped.txt", b"outside")
    _put(archive, "build/..\\..\\escaped.txt", b"outside")


def _put_many(archive: ZipFile) -> None:
    for number in range(MANY_ENTRIES):
        _put(archive, f"many/{number}.txt", b"x\n")


HOSTILE: dict[str, Callable[[ZipFile], None]] = {
    "bomb": _put_bomb,
    "traversal": _put_outside,
    "absolute": lambda archive: _put(archive, "/etc/escaped.txt", b"outside"),
    "duplicate": _put_twice,
    "nested": _put_nested,
    "many": _put_many,
    "encrypted": lambda archive: _put(archive, "encrypted.txt", b"abc" * 100),
    "lying_size": lambda archive: _put(archive, "lying_size.txt", b"abc" * 100),
}


def _spoil(body: bytes, hostile: frozenset[str]) -> bytes:
    """Changes headers where the zip library would not: the flag of encryption, and a size that lies."""
    spoiled = bytearray(body)
    if "encrypted" in hostile:
        _patch(spoiled, b"encrypted.txt", flags=1)
    if "lying_size" in hostile:
        _patch(spoiled, b"lying_size.txt", size=3)
    return bytes(spoiled)


def _patch(body: bytearray, name: bytes, *, flags: int | None = None, size: int | None = None) -> None:
    for header, flags_at, size_at, name_at in ((LOCAL_HEADER, 6, 22, 30), (CENTRAL_HEADER, 8, 24, 46)):
        found = body.rfind(name) if header == CENTRAL_HEADER else body.find(name)
        start = found - name_at
        if found < 0 or bytes(body[start : start + 4]) != header:
            raise ValueError(f"no header of {name!r}")
        if flags is not None:
            struct.pack_into("<H", body, start + flags_at, flags)
        if size is not None:
            struct.pack_into("<L", body, start + size_at, size)
