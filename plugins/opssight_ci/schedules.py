"""Which moments a schedule was due at, and which run began then: one row a moment, derived from schedules and runs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import itemgetter
from typing import Annotated, Any

from datasource_server import sdk
from datasource_server.sdk.cron import Cron
from opssight_ci.changed import CHANGED, pairs
from opssight_ci.settings import Settings

AROUND = timedelta(days=40)
MOST_MOMENTS = 400
EARLY = timedelta(minutes=1)
"""What the clocks of forge and runner may differ by."""

Run = tuple[datetime, str, str]
"""When a scheduled run was created, its id, and how it ended."""


class ScheduleMoment(sdk.Row, table="schedule_moment", key=("source", "repo", "pipeline", "cron", "expected_at")):
    """One moment at which a schedule is due, within 40 days (at most 400 moments) before and after the present day.

    Queries compare `due_by` with the end of their time range, so that what is missed needs no clock.
    """

    repo: Annotated[str, "Owner and name of the repository."]
    pipeline: Annotated[str, "Name of the workflow or pipeline."]
    cron: Annotated[str, "The expression that names the moment."]
    expected_at: Annotated[sdk.Moment, "When a run ought to begin."]
    due_by: Annotated[sdk.Moment, "When it counts as missed unless a run has begun."]
    interval_seconds: Annotated[float | None, "Seconds to the schedule's next moment."] = None
    is_known: Annotated[bool, "The schedule had run before: a moment before its first run was not missed."] = False
    run_id: Annotated[str, "The scheduled run that began between the moment and its grace; empty where none did."] = ""
    run_at: Annotated[sdk.Moment | None, "When that run was created."] = None
    status: Annotated[str, "How that run ended, or how it stands."] = ""


SCHEDULES = f"""
{CHANGED}
SELECT schedule.source, schedule.repo, schedule.pipeline, schedule.cron, schedule.timezone, schedule.url
FROM schedule
SEMI JOIN changed USING (source, repo)
WHERE schedule.is_active
"""  # noqa: S608  put together from constants

RUNS = f"""
{CHANGED}
SELECT
    source,
    repo,
    pipeline,
    id,
    min(created_at) AS created_at,
    arg_max(status, attempt) AS status
FROM pipeline_run
SEMI JOIN changed USING (source, repo)
WHERE event = 'schedule'
GROUP BY source, repo, pipeline, id
ORDER BY created_at ASC, id ASC
"""  # noqa: S608  put together from constants


async def expect(of: sdk.Derive) -> Iterable[sdk.Row]:
    """Say at which moments each schedule is due, and which run answered each."""
    settings: Settings = of.settings or Settings()
    runs: dict[tuple[str, ...], list[Run]] = {}
    for row in await of.read(RUNS, **pairs(of)):
        runs.setdefault(_series(row), []).append((row["created_at"], row["id"], row["status"]))
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    schedules = await of.read(SCHEDULES, **pairs(of))
    grace = timedelta(minutes=settings.grace_minutes)
    return [row for each in schedules for row in moments(each, runs.get(_series(each), ()), today, grace)]


def moments(
    schedule: Mapping[str, Any], runs: Sequence[Run], today: datetime, grace: timedelta
) -> list[ScheduleMoment]:
    """Return the moments of one schedule around a day; none where its expression or zone can't be read.

    `runs` are the scheduled runs of its pipeline, the oldest first. One run may answer several moments that lie closer
    together than the grace: forges leave such runs out when they are busy.
    """
    try:
        cron = Cron(schedule["cron"], schedule["timezone"])
    except ValueError:
        return []
    past = list(islice(cron.before(today, today - AROUND), MOST_MOMENTS))[::-1]
    expected = [*past, *islice(cron.after(today, today + AROUND), MOST_MOMENTS)]
    ends = zip(expected, [*expected[1:], None], strict=True)
    return [_moment(schedule, runs, (at, following), grace) for at, following in ends]


def _moment(
    schedule: Mapping[str, Any], runs: Sequence[Run], ends: tuple[datetime, datetime | None], grace: timedelta
) -> ScheduleMoment:
    at, following = ends
    run = _answer(runs, at - EARLY, at + grace)
    return ScheduleMoment(
        source=schedule["source"],
        repo=schedule["repo"],
        pipeline=schedule["pipeline"],
        cron=schedule["cron"],
        url=schedule["url"],
        expected_at=at,
        due_by=at + grace,
        interval_seconds=(following - at).total_seconds() if following else None,
        is_known=bool(runs) and runs[0][0] - grace <= at,
        run_id=run[1] if run else "",
        run_at=run[0] if run else None,
        status=run[2] if run else "",
    )


def _answer(runs: Sequence[Run], start: datetime, end: datetime) -> Run | None:
    place = bisect_left(runs, start, key=itemgetter(0))
    return runs[place] if place < len(runs) and runs[place][0] < end else None


def _series(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["source"], row["repo"], row["pipeline"]
