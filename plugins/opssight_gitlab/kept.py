"""Which lines of a log are kept: its tail, and the neighbourhood of errors. Pure functions of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import re2  # type: ignore[import-untyped]

TAIL = 120
BEFORE_ERROR, AFTER_ERROR = 60, 5
BEFORE_HINT, AFTER_HINT = 4, 8
MOST_SPOTS = 40
MOST_LINES = 800
STRETCH = 100

HINT = re2.compile(
    r"(?i)\b(error|errors|failed|failure|failures|fatal|panic|exception|traceback|assert\w*|denied|refused|timed out|"
    r"timeout|not found|no such file|cannot|could ?n.t|unable to|undefined|killed|out of memory|no space left|"
    r"rate limit|toomanyrequests|exit code [1-9])\b"
)


def kept_places(texts: Sequence[str], errors: Sequence[int]) -> list[int]:
    """Return the places of lines to keep, in order: those near the end of the log go first when there are too many.

    `errors` are the places of lines that call themselves errors, in order.
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


def _hints(texts: Sequence[str]) -> Iterator[int]:
    """Yield the places of lines that speak of trouble, the last first; most stretches of a log hold none."""
    for end in range(len(texts), 0, -STRETCH):
        start = max(0, end - STRETCH)
        if HINT.search("\n".join(texts[start:end])):
            yield from (place for place in range(end - 1, start - 1, -1) if HINT.search(texts[place]))
