"""Test reports as GitLab hands them out: XML, gzipped XML, or an archive that may hold several. Pure functions."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

MOST_BYTES = 50_000_000
MOST_FILES = 500
MOST_NAMES = 20_000
BLOCK = 65_536
ENCRYPTED = 0x1
GZIP, ZIP = b"\x1f\x8b", b"PK"
END_OF_DIRECTORY = b"PK\x05\x06"


@dataclass(slots=True)
class Reports:
    """The XML files that were found by name, and what was not read with its reason."""

    files: dict[str, bytes] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def read_reports(body: bytes) -> Reports:
    """Return the reports in an answer; what is hostile or broken is skipped with its reason, never raised."""
    reports = Reports()
    if body.startswith(ZIP):
        _read_archive(body, reports)
    elif body.startswith(GZIP):
        _read_gzip(body, reports)
    else:
        reports.files["junit.xml"] = body
    return reports


def _read_gzip(body: bytes, reports: Reports) -> None:
    """Read every part: reports of several files are kept as one gzip after the other."""
    place = 0
    while body and place < MOST_FILES:
        unpack = zlib.decompressobj(wbits=31)
        name = f"junit-{place}.xml"
        try:
            text = unpack.decompress(body, MOST_BYTES)
        except zlib.error as problem:
            reports.skipped[name] = f"broken: {problem}"
            return
        if unpack.unconsumed_tail or not unpack.eof:
            reports.skipped[name] = "broken off" if not unpack.unconsumed_tail else f"more than {MOST_BYTES:,} bytes"
            return
        reports.files[name] = text
        body, place = unpack.unused_data, place + 1


def _read_archive(body: bytes, reports: Reports) -> None:
    place = body.rfind(END_OF_DIRECTORY)
    if place >= 0 and int.from_bytes(body[place + 10 : place + 12], "little") > MOST_NAMES:
        reports.skipped["*"] = f"more than {MOST_NAMES} files"
        return
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _read_entries(archive, reports)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, RuntimeError) as problem:
        reports.skipped["*"] = f"broken archive: {problem}"


def _read_entries(archive: zipfile.ZipFile, reports: Reports) -> None:
    left = MOST_BYTES
    for entry in archive.infolist():
        if not entry.filename.lower().endswith(".xml"):
            continue
        if entry.flag_bits & ENCRYPTED:
            reports.skipped[entry.filename] = "encrypted"
        elif len(reports.files) >= MOST_FILES or left <= 0:
            reports.skipped[entry.filename] = "more than the caps allow"
        else:
            left -= _read_entry(archive, entry, left, reports)


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, cap: int, reports: Reports) -> int:
    """Read one entry up to a cap, whatever size it claims; return the bytes that came out."""
    pieces, size = [], 0
    try:
        with archive.open(entry) as stream:
            while size <= cap and (piece := stream.read(BLOCK)):
                pieces.append(piece)
                size += len(piece)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, zlib.error) as problem:
        reports.skipped[entry.filename] = f"broken: {problem}"
        return size
    if size > cap:
        reports.skipped[entry.filename] = "more than the caps allow"
    else:
        reports.files[entry.filename] = b"".join(pieces)
    return size
