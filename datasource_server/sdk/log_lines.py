"""Log lines: which lines of a job's log are kept, and what else is read of lines alike. Pure functions of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Literal

import re2  # type: ignore[import-untyped]

Level = Literal["info", "warning", "error", "command", "debug"]

TAIL = 120
BEFORE_ERROR, AFTER_ERROR = 60, 5
BEFORE_HINT, AFTER_HINT = 4, 8
MOST_SPOTS = 40
MOST_LINES = 800
LONGEST_LINE = 2_000
LONGEST_KEY = 200
STRETCH = 100
MASK = "•••"

HINT = re2.compile(
    r"(?i)\b(error|errors|failed|failure|failures|fatal|panic|exception|traceback|assert\w*|denied|refused|timed out|"
    r"timeout|not found|no such file|cannot|could ?n.t|unable to|undefined|killed|out of memory|no space left|"
    r"rate limit|toomanyrequests|exit code [1-9])\b"
)
CODES = re2.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LOUD = re2.compile(r"(?i)^\s*(?:error|fatal|panic|npm err!|e {3,}\S)")
LOUD_LETTERS = frozenset("eEfFpPnN")
KEY_BEGINS, KEY_ENDS = re2.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), re2.compile(r"-----END [A-Z ]*PRIVATE KEY")


def kept_places(texts: Sequence[str], errors: Sequence[int]) -> list[int]:
    """Return the places of lines to keep, in order: the log's tail, and the neighbourhood of errors and of hints.

    `errors` are the places of lines that call themselves errors, in order. What stands near the end of the log goes
    first when there are too many.
    """
    hints = islice(_hints(texts), MOST_SPOTS)
    wanted = set(range(max(0, len(texts) - TAIL), len(texts)))
    loud = islice(reversed(errors), MOST_SPOTS)
    for spots, before, after in ((loud, BEFORE_ERROR, AFTER_ERROR), (hints, BEFORE_HINT, AFTER_HINT)):
        for spot in spots:
            if len(wanted) >= MOST_LINES:
                break
            wanted.update(range(max(0, spot - before), min(len(texts), spot + after + 1)))
    return sorted(wanted)


def plain(text: str) -> str:
    """Return a line without the codes that colour it in a terminal."""
    return CODES.sub("", text) if "\x1b" in text else text


def last_state(text: str) -> str:
    """Return of a line that was overwritten by carriage returns what stood last."""
    return text.rstrip("\r").rpartition("\r")[2] if "\r" in text else text


def is_loud(text: str) -> bool:
    """Say whether a line calls itself an error."""
    return text.lstrip()[:1] in LOUD_LETTERS and LOUD.match(text) is not None


def key_lines(text: str, before: int) -> int:
    """Return how many lines of a private key stand up to this line: 0 where it is in none, so that it may be shown.

    `before` is what was returned for the line before. A part of a key may be kept without its beginning.
    """
    if not before and "PRIVATE KEY" not in text:
        return 0
    if KEY_BEGINS.search(text):
        return 1
    return 0 if before > LONGEST_KEY or KEY_ENDS.search(text) else before + 1


def moment_of(stamp: str, moment: Callable[[str], datetime]) -> datetime | None:
    """Return the moment of a line's stamp; None where there is none, or where it only looked like one."""
    try:
        return moment(stamp) if stamp else None
    except ValueError:
        return None


def _hints(texts: Sequence[str]) -> Iterator[int]:
    """Yield the places of lines that speak of trouble, the last first; most stretches of a log hold none."""
    for end in range(len(texts), 0, -STRETCH):
        start = max(0, end - STRETCH)
        if HINT.search("\n".join(texts[start:end])):
            yield from (place for place in range(end - 1, start - 1, -1) if HINT.search(texts[place]))
