"""Traces of jobs: lines as a person would see them, with time, section and loudness. Pure functions of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

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
from opssight_gitlab.words import moment

MOST_SECTIONS = 500
MOST_LINES = 400_000

STAMPED = re2.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) [0-9a-f]{2}[OE]([+ ]?)")
SECTION = re2.compile(r"section_(start|end):(\d{1,12}):([A-Za-z0-9_.-]{1,200})(?:\[[^\]\r\n]*\])?\r?(?:\x1b\[0K)?")
COMMAND = re2.compile(r"^\$ \S")
WARNING = re2.compile(r"^\s*(?:WARNING|Warning|warning):")
TIDYING = ("after_script", "upload_artifacts_on_failure", "archive_cache_on_failure", "cleanup_file_variables")


@dataclass(slots=True)
class Line:
    """One line: its number from 1, stamp as written, text with terminal codes, section, and text without codes."""

    number: int
    stamp: str
    text: str
    step: str
    plain: str = ""
    level: Level = "info"


@dataclass(slots=True)
class Section:
    """One section of a trace; the runner makes one of each part of a job."""

    name: str
    begun_at: datetime
    ended_at: datetime | None = None


@dataclass(slots=True)
class Trace:
    """A whole trace: its lines, and its sections in order."""

    lines: list[Line] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def failed_step(self) -> str:
        """Return the section that a failed job broke off in: what tidies up comes after it."""
        worked = [each.name for each in self.sections if each.name not in TIDYING]
        return worked[-1] if worked else ""


def read_trace(text: str) -> Trace:
    """Return a trace's lines and sections; a line that was overwritten by carriage returns is what stood last.

    Old servers ended lines by a carriage return alone: so they do in a trace that has no other line ends. Of a trace
    with an absurd number of lines the last ones are read.
    """
    trace, open_sections, stamp = Trace(), list[Section](), ""
    body = text.removeprefix("\ufeff").removesuffix("\n")
    physical = _physical_lines(body)
    skipped = max(0, len(physical) - MOST_LINES)
    for number, (own, raw) in enumerate(_whole_lines(physical[skipped:]), start=skipped + 1):
        stamp = own or stamp
        shown = last_state(_without_sections(raw, trace, open_sections))
        step = open_sections[-1].name if open_sections else ""
        trace.lines.append(Line(number, stamp, shown, step))
    _finish(trace.lines)
    return trace


def _whole_lines(physical: Sequence[str]) -> list[tuple[str, str]]:
    """Return stamp and text of each line; what the runner wrote of one line in several goes is put together."""
    lines: list[tuple[str, str]] = []
    for raw in physical:
        found = STAMPED.match(raw) if raw[10:11] == "T" and raw[4:5] == "-" else None
        if found is None:
            lines.append(("", raw))
        elif found[2] == "+" and lines:
            lines[-1] = (lines[-1][0], lines[-1][1] + raw[found.end() :])
        else:
            lines.append((found[1], raw[found.end() :]))
    return lines


def _physical_lines(body: str) -> list[str]:
    if "\n" in body or "\r" not in body:
        return body.split("\n")
    marks = [found.span() for found in SECTION.finditer(body)]
    inside = {place for start, end in marks for place in range(start, end)}
    ends = [place for place, letter in enumerate(body) if letter == "\r" and place not in inside]
    starts = [0, *(place + 1 for place in ends)]
    return [body[start:end] for start, end in zip(starts, [*ends, len(body)], strict=True)]


def _without_sections(rest: str, trace: Trace, open_sections: list[Section]) -> str:
    """Open and close the sections that a line speaks of, and return what is left of it."""
    if "section_" not in rest:
        return rest
    for found in SECTION.finditer(rest):
        at = datetime.fromtimestamp(int(found[2]), UTC)
        if found[1] == "start":
            section = Section(found[3], at)
            open_sections.append(section)
            if len(trace.sections) < MOST_SECTIONS:
                trace.sections.append(section)
        else:
            _close(found[3], at, open_sections)
    return str(SECTION.sub("", rest))


def _close(name: str, at: datetime, open_sections: list[Section]) -> None:
    for place in range(len(open_sections) - 1, -1, -1):
        if open_sections[place].name == name:
            open_sections[place].ended_at = max(at, open_sections[place].begun_at)
            del open_sections[place:]
            return


def _finish(lines: list[Line]) -> None:
    """Work out what each line is once it is whole; private keys are masked, since a part of one may be kept."""
    in_key = 0
    for line in lines:
        line.plain = plain(line.text)
        line.level = _level(line.plain)
        in_key = key_lines(line.plain, in_key)
        if in_key:
            line.text = line.plain = MASK


def _level(text: str) -> Level:
    first = text.lstrip()[:1]
    if first == "$" and COMMAND.match(text):
        return "command"
    if first in ("w", "W") and WARNING.match(text):
        return "warning"
    return "error" if is_loud(text) else "info"


def to_log_lines(trace: Trace, *, job_id: str, repo: str) -> Iterator[sdk.JobLogLine]:
    """Yield rows for the lines of a trace that are worth keeping; terminal codes are left to the redaction."""
    errors = [place for place, line in enumerate(trace.lines) if line.level == "error"]
    for place in kept_places([line.plain for line in trace.lines], errors):
        line = trace.lines[place]
        yield sdk.JobLogLine(
            job_id=job_id,
            line=line.number,
            repo=repo,
            logged_at=moment_of(line.stamp, moment),
            text=line.text[:LONGEST_LINE],
            level=line.level,
            step=line.step,
        )


def to_steps(trace: Trace, *, job_id: str, repo: str) -> list[sdk.PipelineStep]:
    """Return a row for each section of a failed job's trace: the one that it broke off in failed."""
    failed = trace.failed_step()
    return [
        sdk.PipelineStep(
            job_id=job_id,
            number=number,
            repo=repo,
            name=section.name,
            status="failure" if section.name == failed else "success",
            started_at=section.begun_at,
            finished_at=section.ended_at,
        )
        for number, section in enumerate(trace.sections, start=1)
    ]
