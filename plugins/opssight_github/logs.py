"""Job logs: which lines of a log are kept, and what loudness, time and step each has. Pure functions of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import re2  # type: ignore[import-untyped]

from datasource_server import sdk
from datasource_server.sdk.log_lines import (
    LONGEST_LINE,
    MASK,
    Level,
    is_loud,
    kept_places,
    key_lines,
    last_state,
    moment_of,
    plain,
)
from opssight_github.words import moment

STAMP_MARKS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))
MARK = re2.compile(r"^(?:##)?\[(group|endgroup|error|warning|notice|debug|command|section)\](.*)$")
LEVELS: dict[str, Level] = {"error": "error", "warning": "warning", "debug": "debug", "command": "command"}


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
    errors = [place for place, line in enumerate(lines) if line.level == "error"]
    kept = [lines[place] for place in kept_places([line.text for line in lines], errors)]
    if cut:
        kept.append(Line(len(lines) + 1, "", f"[the log was cut: {cut}]", "warning", ""))
    return [
        sdk.JobLogLine(
            job_id=job_id,
            line=line.number,
            repo=repo,
            logged_at=moment_of(line.stamp, moment),
            text=line.text,
            level=line.level,
            step=line.step,
        )
        for line in kept
    ]


def read_lines(text: str) -> Iterator[Line]:
    """Yield the lines of a log; a line without a stamp of its own has that of the line before."""
    step, stamp, in_key = "", "", 0
    for number, raw in enumerate(text.removeprefix("\ufeff").removesuffix("\n").split("\n"), start=1):
        stamp, rest = _stamped(raw, stamp)
        word, shown = _marked(rest)
        if word == "group":
            step = shown[:200]
        elif shown == "Post job cleanup.":
            step = shown
        in_key = key_lines(shown, in_key)
        if word != "endgroup":
            yield Line(number, stamp, MASK if in_key else shown[:LONGEST_LINE], _level(word, shown), step)


def _stamped(raw: str, before: str) -> tuple[str, str]:
    """Return the stamp and the rest; of a line that was overwritten by carriage returns what stood last."""
    end = raw.find("Z", 19, 32) + 1
    if not end or any(raw[place] != mark for place, mark in STAMP_MARKS):
        return before, last_state(raw)
    return raw[:end], last_state(raw[end:].removeprefix(" "))


def _marked(rest: str) -> tuple[str, str]:
    bare = plain(rest)
    found = MARK.match(bare) if bare.startswith(("##[", "[")) else None
    return (found[1], found[2]) if found else ("", bare)


def _level(word: str, text: str) -> Level:
    if word in LEVELS:
        return LEVELS[word]
    return "error" if is_loud(text) else "info"
