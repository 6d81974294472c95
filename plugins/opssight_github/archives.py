"""Log archives: the zip of a run's logs, read within caps and never written to disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

import re2  # type: ignore[import-untyped]

MOST_BYTES = 50_000_000
MOST_FILE_BYTES = 10_000_000
MOST_ENTRIES = 1_000
MOST_NAMES = 20_000
BLOCK = 65_536
ENCRYPTED = 0x1
END_OF_DIRECTORY = b"PK\x05\x06"
JOB_FILE = re2.compile(r"^-?\d+_([^/\\]+)\.txt$")


@dataclass(slots=True)
class JobLogs:
    """The logs in an archive by job name; `cut` says which were not read to their end, `skipped` what was not read."""

    texts: dict[str, str] = field(default_factory=dict)
    cut: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def file_name(job_name: str) -> str:
    """Return a job's name as it stands in the names of an archive's files."""
    return job_name.replace("/", "").replace(":", "")[:90]


def read_archive(body: bytes) -> JobLogs:
    """Return the logs of the jobs in an archive; what is hostile or broken in it is skipped, never raised."""
    logs = JobLogs()
    if _count(body) > MOST_NAMES:
        logs.skipped["*"] = f"more than {MOST_NAMES} files"
        return logs
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _read_entries(archive, logs)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, RuntimeError) as problem:
        logs.skipped["*"] = f"broken archive: {problem}"
    return logs


def _count(body: bytes) -> int:
    """Return how many files the archive says it has, without reading its directory."""
    place = body.rfind(END_OF_DIRECTORY)
    return int.from_bytes(body[place + 10 : place + 12], "little") if place >= 0 else 0


def _read_entries(archive: zipfile.ZipFile, logs: JobLogs) -> None:
    left, seen = MOST_BYTES, 0
    for entry in archive.infolist():
        if reason := _refusal(entry, logs):
            logs.skipped[entry.filename] = reason
            continue
        if (seen := seen + 1) > MOST_ENTRIES or left <= 0:
            logs.skipped[entry.filename] = "more than the caps allow"
            continue
        left -= _read_entry(archive, entry, min(left, MOST_FILE_BYTES), logs)


def _refusal(entry: zipfile.ZipInfo, logs: JobLogs) -> str:
    """Return why an entry is not read: only logs of whole jobs are, which lie in the archive's root."""
    if not (found := JOB_FILE.match(entry.filename)):
        return "no log of a job"
    if entry.flag_bits & ENCRYPTED:
        return "encrypted"
    return "there twice" if found[1] in logs.texts else ""


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, cap: int, logs: JobLogs) -> int:
    """Read one entry up to a cap, whatever size it claims; return the bytes that came out."""
    name, pieces, size = JOB_FILE.match(entry.filename)[1], [], 0
    try:
        with archive.open(entry) as stream:
            while size < cap and (piece := stream.read(min(BLOCK, cap - size))):
                pieces.append(piece)
                size += len(piece)
            if size >= cap and stream.read(1):
                logs.cut[name] = f"more than {cap:,} bytes"
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, zlib.error) as problem:
        logs.skipped[entry.filename] = f"broken: {problem}"
        return size
    logs.texts[name] = b"".join(pieces).decode("utf-8", "replace")
    return size
