"""Job logs: which lines of a log are kept, and what loudness, time and step each has. Pure functions of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

import re2  # type: ignore[import-untyped]

from datasource_server import sdk
from opssight_github.words import moment

Level = Literal["info", "warning", "error", "command", "debug"]

TAIL = 120
BEFORE_ERROR, AFTER_ERROR = 60, 5
BEFORE_HINT, AFTER_HINT = 4, 8
MOST_SPOTS = 40
MOST_LINES = 800
LONGEST_LINE = 2_000
LONGEST_KEY = 200
STRETCH = 100

STAMP_MARKS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))
MARK = re2.compile(r"^(?:##)?\[(group|endgroup|error|warning|notice|debug|command|section)\](.*)$")
CODES = re2.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
HINT = re2.compile(
    r"(?i)\b(error|errors|failed|failure|failures|fatal|panic|exception|traceback|assert\w*|denied|refused|timed out|"
    r"timeout|not found|no such file|cannot|could ?n.t|unable to|undefined|killed|out of memory|no space left|"
    r"rate limit|toomanyrequests|exit code [1-9])\b"
)
LOUD = re2.compile(r"(?i)^\s*(?:error|fatal|panic|npm err!|e {3,}\S)")
LOUD_LETTERS = frozenset("eEfFpPnN")
LEVELS: dict[str, Level] = {"error": "error", "warning": "warning", "debug": "debug", "command": "command"}
KEY_BEGINS, KEY_ENDS = re2.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), re2.compile(r"-----END [A-Z ]*PRIVATE KEY")
MASK = "•••"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log: its number from 1, the stamp as written, and what is left without stamp and mark."""

    number: int
    stamp: str
    text: str
    level: Level
    step: str


def to_log_lines(text: str, *, job_id: str, repo: str, cut: str = "") -> list[sdk.JobLogLine]:
    """Return rows for the lines worth keeping: the tail and the neighbourhood of errors.

    `cut` says what was left out of the log before it came here; it becomes the last line.
    """
    lines = list(read_lines(text))
    kept = [lines[place] for place in _kept_places(lines)]
    if cut:
        kept.append(Line(len(lines) + 1, "", f"[the log was cut: {cut}]", "warning", ""))
    return [
        sdk.JobLogLine(
            job_id=job_id,
            line=line.number,
            repo=repo,
            logged_at=_moment(line.stamp),
            text=line.text,
            level=line.level,
            step=line.step,
        )
        for line in kept
    ]


def read_lines(text: str) -> Iterator[Line]:
    """Yield the lines of a log; a line without a stamp of its own has that of the line before."""
    step, stamp, key_lines = "", "", 0
    for number, raw in enumerate(text.removeprefix("\ufeff").removesuffix("\n").split("\n"), start=1):
        stamp, rest = _stamped(raw, stamp)
        word, shown = _marked(rest)
        if word == "group":
            step = shown[:200]
        elif shown == "Post job cleanup.":
            step = shown
        key_lines = _inside_key(shown, key_lines) if key_lines or "PRIVATE KEY" in shown else 0
        if word != "endgroup":
            yield Line(number, stamp, MASK if key_lines else shown[:LONGEST_LINE], _level(word, shown), step)


def _stamped(raw: str, before: str) -> tuple[str, str]:
    """Return the stamp and the rest; of a line that was overwritten by carriage returns what stood last."""
    end = raw.find("Z", 19, 32) + 1
    if not end or any(raw[place] != mark for place, mark in STAMP_MARKS):
        return before, _last_state(raw)
    return raw[:end], _last_state(raw[end:].removeprefix(" "))


def _moment(stamp: str) -> datetime | None:
    try:
        return moment(stamp) if stamp else None
    except ValueError:  # it only looked like a stamp
        return None


def _last_state(rest: str) -> str:
    return rest.rstrip("\r").rpartition("\r")[2] if "\r" in rest else rest


def _marked(rest: str) -> tuple[str, str]:
    bare = CODES.sub("", rest) if "\x1b" in rest else rest
    found = MARK.match(bare) if bare.startswith(("##[", "[")) else None
    return (found[1], found[2]) if found else ("", bare)


def _level(word: str, text: str) -> Level:
    if word in LEVELS:
        return LEVELS[word]
    return "error" if text.lstrip()[:1] in LOUD_LETTERS and LOUD.match(text) else "info"


def _inside_key(text: str, lines: int) -> int:
    """Return how many lines of a private key stand up to here: a part of one may be kept without its beginning."""
    if KEY_BEGINS.search(text):
        return 1
    return 0 if lines > LONGEST_KEY or KEY_ENDS.search(text) else lines + 1


def _kept_places(lines: list[Line]) -> list[int]:
    """Return the places to keep, in order: what stands near the end of the log goes first when there are too many."""
    backwards = range(len(lines) - 1, -1, -1)
    errors = islice((place for place in backwards if lines[place].level == "error"), MOST_SPOTS)
    hints = islice(_hints(lines), MOST_SPOTS)
    wanted = set(range(max(0, len(lines) - TAIL), len(lines)))
    for spots, before, after in ((errors, BEFORE_ERROR, AFTER_ERROR), (hints, BEFORE_HINT, AFTER_HINT)):
        for spot in spots:
            if len(wanted) >= MOST_LINES:
                break
            wanted.update(range(max(0, spot - before), min(len(lines), spot + after + 1)))
    return sorted(wanted)


def _hints(lines: list[Line]) -> Iterator[int]:
    """Yield the places of lines that speak of trouble, the last first; most stretches of a log hold none."""
    for end in range(len(lines), 0, -STRETCH):
        start = max(0, end - STRETCH)
        if HINT.search("\n".join(line.text for line in lines[start:end])):
            yield from (place for place in range(end - 1, start - 1, -1) if HINT.search(lines[place].text))
