"""JUnit rows: the cases of a report as test results."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from datasource_server.sdk.domain import TestResult
from datasource_server.sdk.junit.cases import ROOTS, Case
from datasource_server.sdk.junit.events import read_cases
from datasource_server.sdk.junit.text import root_of
from datasource_server.sdk.row import to_utc

LONGEST_NAME = 500
APART = " › "
AHEAD = timedelta(days=1)
LONGEST = timedelta(days=7).total_seconds()
TEARDOWN = ("failed on teardown", "test teardown failure")
"""How pytest begins the error of a test that ended well before its teardown did not."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of the run that a report came from.

    `written_at` is when its tests ran where the report says nothing. `part` becomes the outermost suite: it tells
    reports of one attempt apart that run the same tests (a job of a matrix), and is the same in every run.
    """

    run_id: str
    repo: str
    written_at: datetime
    attempt: int = 1
    pipeline: str = ""
    branch: str = ""
    sha: str = ""
    job_id: str = ""
    part: str = ""


def to_test_results(xml: bytes, about: Report) -> list[TestResult]:
    """Return a row for each test of a report; a test that is there again was tried again.

    Unparsable where the report can't be read or is too large, NoReport where it is other XML.
    """
    return merged(_row(case, about) for case in read_cases(xml))


def is_report(xml: bytes) -> bool:
    """Say whether a file begins as a test report does."""
    return root_of(xml) in ROOTS


def merged(rows: Iterable[TestResult]) -> list[TestResult]:
    """Return one row for each test, in the order of their first tries; use it for several files of one attempt."""
    found: dict[tuple[object, ...], TestResult] = {}
    for row in rows:
        key = row.identity()
        found[key] = _tried_again(found[key], row) if key in found else row
    return list(found.values())


def _tried_again(first: TestResult, last: TestResult) -> TestResult:
    is_same_try = last.status == "error" and last.message.startswith(TEARDOWN)
    ends = {first.status, last.status}
    is_flaky = "passed" in ends and bool(ends & {"failed", "error"}) and not is_same_try
    return first.model_copy(
        update={
            "status": last.status,
            "tries": first.tries + last.tries - is_same_try,
            "is_flaky": first.is_flaky or last.is_flaky or is_flaky,
            "duration_seconds": first.duration_seconds if last.duration_seconds is None else last.duration_seconds,
            "message": last.message or first.message,
            "ran_at": min(first.ran_at, last.ran_at),
        }
    )


def _row(case: Case, about: Report) -> TestResult:
    at = case.attributes
    suites = (about.part, *case.suites) if about.part else case.suites
    return TestResult(
        run_id=about.run_id,
        attempt=about.attempt,
        job_id=about.job_id,
        repo=about.repo,
        pipeline=about.pipeline,
        branch=about.branch,
        sha=about.sha,
        suite=_short(APART.join(suites)),
        name=_short(_name(at)),
        file=at.get("file", "") or at.get("filepath", ""),
        status=case.status(),
        tries=case.tries(),
        is_flaky=case.is_flaky(),
        duration_seconds=_seconds(at.get("time", "") or at.get("duration", "")),
        message=case.message(),
        ran_at=_moment(at.get("timestamp", "") or at.get("start-time", ""), about.written_at),
    )


def _name(at: Mapping[str, str]) -> str:
    """Return class and name; some tools put one into the other already."""
    name = at.get("fullname", "") or at.get("name", "")
    group = "" if at.get("fullname") else at.get("classname", "") or at.get("class", "")
    if not group or name.startswith(group) or name.endswith(group):
        return name.strip() or group or "(no name)"
    return f"{group}.{name}" if " " not in group + name else f"{group}{APART}{name}"


def _short(text: str) -> str:
    """Return a name that fits into a key and stays one of its own."""
    if len(text) <= LONGEST_NAME:
        return text
    mark = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{text[: LONGEST_NAME - 10]}… {mark}"


def _seconds(text: str) -> float | None:
    """Return a duration in seconds, written with a point or a comma, with or without marks of the thousands."""
    plain = text.strip().removesuffix("s").replace(" ", "").replace("\u00a0", "").replace("'", "")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    elif plain.rfind(",") > plain.rfind("."):
        plain = plain.replace(".", "").replace(",", ".", plain.count(",") == 1)
    try:
        seconds = float(plain.replace(",", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and 0 <= seconds <= LONGEST else None


def _moment(text: str, written_at: datetime) -> datetime:
    """Return when a test ran; when its report was written where the report says nothing that can be true."""
    found = _read_moment(text.strip())
    return found if found is not None and found.year >= 1990 and found <= written_at + AHEAD else written_at


def _read_moment(text: str) -> datetime | None:
    try:
        if text.isascii() and text.isdigit() and len(text) in (10, 13):
            return datetime.fromtimestamp(int(text) / (1 if len(text) == 10 else 1000), UTC)
        return to_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None
