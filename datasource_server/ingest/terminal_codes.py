"""Takes out what a terminal or a browser would obey instead of show: escape codes, control and bidi characters."""

from __future__ import annotations

import re

from datasource_server.ingest.pattern import Pattern

_BREAKS = r"\r|[\x{2028}\x{2029}]"
_CODE = r"\x{9b}[0-?]*[ -/]*[@-~]|\x{9d}[^\n\x{9c}\x07]*[\x{9c}\x07]?"
_UNSEEN = (
    r"[\x{80}-\x{9f}\x{200b}\x{200e}\x{200f}\x{061c}\x{202a}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{e0000}-\x{e007f}]"
)
_CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n")

_ANY = Pattern(rf"[\x00-\x08\x0b-\x1f\x7f]|{_BREAKS}|{_UNSEEN}")
_HIDDEN = Pattern(f"{_CODE}|{_UNSEEN}")
_BREAK = Pattern(_BREAKS)

# Not RE2: its Python layer takes 20 µs a code. Every repetition is possessive, so this one is linear too.
_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-?]*+[ -/]*+[@-~]?"  # colours and cursor moves
    rb"|\][^\x07\x1b\n]*+(?:\x07|\x1b\\)?"  # titles and links
    rb"|[PX^_][^\x1b\n]*+(?:\x1b\\)?"  # device strings
    rb"|[ -/]*+[0-Z\\`-~]?)"
)


def has_codes(text: bytes) -> bool:
    """Say whether UTF-8 text holds anything that `strip_codes` would take out."""
    return _ANY.is_in(text)


def strip_codes(text: bytes) -> bytes:
    """Return UTF-8 text with plain line feeds and without terminal codes, control and bidi characters."""
    text = _ESCAPES.sub(b"", text.replace(b"\r\n", b"\n"))
    return _HIDDEN.remove(_BREAK.remove(text, b"\n")).translate(None, _CONTROLS)
