"""Artifacts that hold test reports: which of a run's there are, whose attempt they are, and what is in them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import re2  # type: ignore[import-untyped]

from datasource_server import sdk
from datasource_server.sdk.junit import Report, is_report, to_test_results
from datasource_server.sdk.unzip import unzip
from opssight_github.words import Json, moment

MOST_ZIP_BYTES = 25_000_000
MOST_BYTES = 50_000_000
MOST_REASONS = 3

Attempt = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What an archive gave: results of tests, and why some of it gave none."""

    rows: Sequence[sdk.TestResult] = ()
    reasons: Sequence[str] = ()

    def reason(self) -> str:
        """Return the reasons in one sentence; empty where there are none."""
        more = len(self.reasons) - MOST_REASONS
        return "; ".join([*self.reasons[:MOST_REASONS], *([f"{more} more"] if more > 0 else [])])


def wanted(artifacts: Iterable[Json], patterns: Sequence[str]) -> list[Json]:
    """Return the artifacts whose names fit, in any case, and which GitHub still has, the oldest first."""
    lower = [pattern.lower() for pattern in patterns]
    fit = (each for each in artifacts if any(fnmatchcase(each["name"].lower(), pattern) for pattern in lower))
    return sorted((each for each in fit if not each.get("expired")), key=lambda each: int(each["id"]))


def of_attempt(artifacts: Iterable[Json], attempt: Attempt) -> list[Json]:
    """Return the artifacts that were made in an attempt: GitHub says only when, not in which."""
    begin, end = attempt["begins_at"], attempt["ends_at"]
    made = ((each, moment(each["created_at"])) for each in artifacts)
    return [each for each, at in made if (begin is None or at >= begin) and (end is None or at < end)]


def part_of(name: str, attempt: Attempt) -> str:
    """Return an artifact's name without what is new in each run: the run's id and its commit."""
    run, number, sha = re2.escape(attempt["id"]), attempt["attempt"], attempt["sha"]
    shorter = re2.sub(rf"{run}([-_.]{number}\b)?", "", name)
    if len(sha) >= 7:
        shorter = re2.sub(rf"{re2.escape(sha[:7])}[0-9a-f]*", "", shorter)
    return re2.sub(r"([-_. ])[-_. ]+", r"\1", shorter).strip("-_. ") or name


def report_of(artifact: Json, attempt: Attempt, repo: str) -> Report:
    """Return what is known of the run that an artifact came from."""
    return Report(
        run_id=attempt["id"],
        attempt=attempt["attempt"],
        repo=repo,
        pipeline=attempt["pipeline"],
        branch=attempt["branch"],
        sha=attempt["sha"],
        written_at=_written(artifact, attempt["finished_at"]),
        part=part_of(artifact["name"], attempt),
    )


def _written(artifact: Json, finished_at: datetime) -> datetime:
    return moment(artifact["created_at"]) if artifact.get("created_at") else finished_at


def read_results(body: bytes, about: Report) -> Found:
    """Return the results in an artifact's archive; a folder in it is a suite, other files than reports do not count."""
    rows: list[sdk.TestResult] = []
    reasons: list[str] = []
    for name, found in unzip(body, lambda name: name.lower().endswith(".xml"), most_bytes=MOST_BYTES):
        if isinstance(found, str):
            reasons.append(f"{name}: {found}")
            continue
        folders = [each for each in posixpath.dirname(name).split("/") if each]
        try:
            if is_report(found):
                rows += to_test_results(found, replace(about, part=" › ".join([about.part, *folders])))
        except sdk.Unparsable as problem:
            reasons.append(f"{name}: {problem}")
    return Found(rows, reasons)
