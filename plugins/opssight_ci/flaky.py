"""Flaky jobs: those with both results on one commit, the platform's own failures left out; one row a job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from datasource_server import sdk
from opssight_ci import flips
from opssight_ci.changed import pairs
from opssight_ci.flaky_sql import CROWDS, FLIPS, TOTALS, infrastructure
from opssight_ci.settings import Flakiness, Settings


class Flaky(sdk.Row, table="flaky", key=("source", "repo", "pipeline", "name")):
    """One job that failed and passed on one commit, within the newest days of its repository (90, unless set)."""

    repo: Annotated[str, "Owner and name of the repository."]
    pipeline: Annotated[str, "Name of the workflow or pipeline."]
    name: Annotated[str, "The job's name, with its matrix values."]
    is_flaky: Annotated[bool, "The evidence suffices: faults of the platform alone would hardly give so many flips."]
    flake_rate: Annotated[float, "Share of its executions that failed without their commit's fault."] = 0.0
    flips: Annotated[int, "Commits on which it both failed and passed, without the platform's fault."] = 0
    flaky_failures: Annotated[int, "Its failures on those commits."] = 0
    excused: Annotated[int, "Failures on commits with both results that were put down to the platform."] = 0
    failures: Annotated[int, "All its failures."] = 0
    executions: Annotated[int, "How often it succeeded or failed."] = 0
    probability: Annotated[float, "How likely faults of the platform alone give so many flips."] = 1.0
    minutes_lost: Annotated[float, "Minutes that runners were busy with those failures and with their repeats."] = 0.0
    first_at: Annotated[sdk.Moment | None, "When the first of those failures ended."] = None
    last_at: Annotated[sdk.Moment | None, "When the last of those failures ended."] = None
    sha: Annotated[str, "The commit of the newest flip, an example."] = ""
    failed_run: Annotated[str, "The run of its failure."] = ""
    failed_attempt: Annotated[int, "The attempt of that run."] = 1
    failed_job: Annotated[str, "The job that failed."] = ""
    passed_run: Annotated[str, "The run of its success."] = ""
    passed_attempt: Annotated[int, "The attempt of that run."] = 1
    passed_job: Annotated[str, "The job that succeeded."] = ""
    evidence: Annotated[str, "The evidence in words."] = ""


class FlakyFlip(sdk.Row, table="flaky_flip", key=("source", "repo", "failed_job")):
    """One failure of a job on a commit on which the same job also passed, within the newest days of its repository."""

    repo: Annotated[str, "Owner and name of the repository."]
    pipeline: Annotated[str, "Name of the workflow or pipeline."]
    name: Annotated[str, "The job's name, with its matrix values."]
    sha: Annotated[str, "The commit."]
    reason: Annotated[str, "Why it is put down to the platform; empty where it counts as flaky."] = ""
    seconds_lost: Annotated[float, "Seconds that runners were busy with it, and with the repeat that passed."] = 0.0
    failed_run: Annotated[str, "The run of the failure."]
    failed_attempt: Annotated[int, "The attempt of that run."] = 1
    failed_job: Annotated[str, "The job that failed."]
    failed_at: Annotated[sdk.Moment, "When it ended."]
    passed_run: Annotated[str, "The run of the success that answers it."]
    passed_attempt: Annotated[int, "The attempt of that run."] = 1
    passed_job: Annotated[str, "The job that succeeded."]
    passed_at: Annotated[sdk.Moment, "When it ended."]


async def find_flaky(of: sdk.Derive) -> Iterable[sdk.Row]:
    """Find the jobs that failed and passed on one commit, and say of each whether that makes it flaky."""
    rules = (of.settings or Settings()).flaky
    known = pairs(of) | {"days": rules.days, "infrastructure": infrastructure(rules)}
    found = [to_flip(row) for row in await of.read(FLIPS, **known)]
    if not found:
        return []
    totals = {_series(row): (row["executions"], row["failures"]) for row in await of.read(TOTALS, **known)}
    crowds = await _crowds(of, found, rules)
    judged = flips.judged(found, totals, crowds, rules)
    return [row for series, each in judged.items() for row in (to_row(series, each), *to_flips(each))]


async def _crowds(of: sdk.Derive, found: Iterable[flips.Flip], rules: Flakiness) -> dict[flips.Slot, flips.Crowd]:
    seconds = flips.slot_seconds(rules)
    slots = {flips.slot_of(failure.ended_at, seconds) for flip in found for failure in flip.failed}
    near = sorted({slot + place for slot in slots for place in (-1, 0, 1)})
    rows = await of.read(CROWDS, **pairs(of), slots=near, seconds=seconds)
    return {
        (row["source"], row["scope"], row["slot"]): flips.Crowd(row["ended"], row["failed"], row["usual"])
        for row in rows
    }


def to_flip(row: Mapping[str, Any]) -> flips.Flip:
    """Return the value of a row of FLIPS."""
    failed = [_execution(each) for each in row["failed"]]
    return flips.Flip(_series(row), row["sha"], failed, [_execution(each) for each in row["passed"]])


def _execution(each: Mapping[str, Any]) -> flips.Execution:
    return flips.Execution(**{**each, "ended_at": sdk.to_utc(each["ended_at"]), "seconds": each["seconds"] or 0.0})


def _series(row: Mapping[str, Any]) -> flips.Series:
    return row["source"], row["repo"], row["pipeline"], row["name"]


def to_row(series: flips.Series, found: flips.Evidence) -> Flaky:
    """Return the row of a job; its example is the newest flip."""
    named = dict(zip(("source", "repo", "pipeline", "name"), series, strict=True))
    counts = {
        "is_flaky": found.is_flaky,
        "flake_rate": found.flaky_failures / max(found.executions - len(found.excused), 1),
        "flips": len(found.flips),
        "flaky_failures": found.flaky_failures,
        "excused": len(found.excused),
        "failures": found.failures,
        "executions": found.executions,
        "probability": found.probability,
        "minutes_lost": sum(flips.seconds_lost(flip, each) for flip in found.flips for each in flip.failed) / 60,
        "evidence": in_words(found),
    }
    return Flaky.model_validate(named | counts | _example(found))


def to_flips(found: flips.Evidence) -> Iterable[FlakyFlip]:
    """Yield the row of each failure on a commit with both results: those that count, and those that were left out."""
    counted = ((flip, failed, "") for flip in found.flips for failed in flip.failed)
    for flip, failed, reason in (*counted, *found.excused):
        passed = flips.answer(flip, failed)
        named = dict(zip(("source", "repo", "pipeline", "name"), flip.series, strict=True))
        yield FlakyFlip(
            **named,
            sha=flip.sha,
            reason=reason,
            seconds_lost=flips.seconds_lost(flip, failed),
            failed_run=failed.run,
            failed_attempt=failed.attempt,
            failed_job=failed.job,
            failed_at=failed.ended_at,
            passed_run=passed.run,
            passed_attempt=passed.attempt,
            passed_job=passed.job,
            passed_at=passed.ended_at,
            url=failed.url,
        )


def _example(found: flips.Evidence) -> dict[str, object]:
    if not found.flips:
        return {}
    first_at, last_at = flips.span(found.flips)
    newest = max(found.flips, key=lambda flip: flips.span([flip])[1])
    failed = newest.failed[-1]
    passed = flips.answer(newest, failed)
    return {
        "first_at": first_at,
        "last_at": last_at,
        "sha": newest.sha,
        "failed_run": failed.run,
        "failed_attempt": failed.attempt,
        "failed_job": failed.job,
        "passed_run": passed.run,
        "passed_attempt": passed.attempt,
        "passed_job": passed.job,
        "url": failed.url,
    }


def in_words(found: flips.Evidence) -> str:
    """Return the evidence as a sentence."""
    commits = f"{len(found.flips)} commit{'' if len(found.flips) == 1 else 's'} with both results"
    excused = f", {len(found.excused)} failures put down to the platform" if found.excused else ""
    verdict = "" if found.is_flaky or not found.flips else ": too few to tell from faults of the platform"
    return f"{commits} in {found.executions} executions{excused}{verdict}"
