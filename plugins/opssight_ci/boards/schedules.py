"""Schedules: does what ought to run by itself run?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard
from datasource_server.sdk.looks import (
    DATA_AGE,
    ENVIRONMENT,
    KEEP,
    REPO,
    SERVICE,
    TEAM,
    TO_FORGE,
    TO_RUN,
    identifiers,
    signed,
    table,
    tile,
)
from opssight_ci.boards.parts import PIPELINE, PIPELINE_NAME, REPOSITORY

MOMENTS_COUNTED = [
    {
        "title": "The moments counted",
        "url": f"/d/opssight-schedules?{KEEP}&${{service:queryparam}}&${{environment:queryparam}}&viewPanel=4",
    }
]
STATE = signed("state", "State", **{"custom.width": 130})

SCHEDULES = table(
    "Schedules",
    "Each schedule, missed ones first: its last due moment and what ran, how many were missed in this time range after "
    "its first run (within 40 days or 400 moments), and its interval.",
    "ci/schedules",
    (
        PIPELINE_NAME,
        STATE,
        Column("last_run_at", "Last run", "dateTimeFromNow", links=(TO_RUN,), options={"custom.width": 125}),
        Column("last_expected_at", "Was due", "dateTimeFromNow", options={"custom.width": 125}),
        Column("missed", "Missed", options={"custom.width": 80}),
        Column("interval_seconds", "Every", "s", options={"decimals": 1, "custom.width": 95}),
        Column("next_at", "Next", "dateTimeFromNow", options={"custom.width": 115}),
        REPOSITORY,
        *identifiers("last_status", "cron", "timezone", "expected", "team", "source", "run", "url"),
    ),
    width=24,
    height=10,
    empty="No schedules are known",
)

MOMENTS = table(
    "Due moments",
    "Each moment at which a schedule was due, missed ones first, with the run that began then and how late it was.",
    "ci/schedule_moments",
    (
        PIPELINE_NAME,
        STATE,
        Column("expected_at", "Was due", "dateTimeAsIso", options={"custom.width": 170}),
        Column("late_seconds", "Late by", "s", options={"decimals": 1, "custom.width": 95}),
        Column("status", "Result", kind="status", links=(TO_RUN,), options={"custom.width": 105}),
        Column("cron", "Cron", links=(TO_FORGE,), options={"custom.width": 120}),
        REPOSITORY,
        *identifiers("run_at", "due_by", "team", "source", "run", "url"),
    ),
    width=24,
    height=10,
    empty="No schedule was due in this time range",
)

BOARD = Dashboard(
    uid="opssight-schedules",
    title="Schedules",
    description="Pipelines that ought to run by themselves: when they were due, when they ran, and what was missed.",
    variables=(TEAM, SERVICE, REPO, ENVIRONMENT, PIPELINE),
    panels=(
        tile(
            "Missed now",
            "Schedules whose last due moment no run answered within the grace (60 minutes, unless set).",
            "ci/missed_now",
            "short",
            width=12,
            empty="no schedules yet",
            thresholds=((None, "green"), (1, "red")),
            defaults={"links": MOMENTS_COUNTED},
        ),
        tile(
            "Missed",
            "Due moments in this time range that no run answered within the grace.",
            "ci/missed",
            "short",
            width=12,
            empty="none were due",
            thresholds=((None, "green"), (1, "orange")),
            defaults={"links": MOMENTS_COUNTED},
        ),
        SCHEDULES,
        MOMENTS,
        DATA_AGE,
    ),
)
