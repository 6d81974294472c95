"""Runners: are there enough of them, and are they busy?"""

from __future__ import annotations

from dataclasses import replace

from datasource_server.sdk import Column, Dashboard
from datasource_server.sdk.looks import (
    DATA_AGE,
    ENVIRONMENT,
    KEEP,
    REPO,
    SERVICE,
    TEAM,
    TO_RUN,
    bar,
    coloured,
    graph,
    identifiers,
    table,
    tile,
)
from opssight_ci.boards.parts import LANES, PIPELINE, PIPELINE_NAME, QUEUE, REPOSITORY, RUNNER_LABEL

WAITING_COUNTED = [
    {
        "title": "The jobs that waited longest",
        "url": f"/d/opssight-runners?{KEEP}&${{service:queryparam}}&${{environment:queryparam}}&viewPanel=8",
    }
]
LABELS_COUNTED = [
    {
        "title": "By runner label",
        "url": f"/d/opssight-runners?{KEEP}&${{service:queryparam}}&${{environment:queryparam}}&viewPanel=5",
    }
]

LABEL = Column("runner_label", "Runner label", options={"custom.minWidth": 150})

LABELS = table(
    "By runner label",
    "Each set of labels, longest queue first: how long jobs wait, how many ran at once, and how busy that kept the "
    "runners against the most that ever ran.",
    "ci/runner_labels",
    (
        LABEL,
        bar("queue_p95_seconds", "Queue p95", "s", 150, decimals=1),
        Column("queue_p50_seconds", "Queue p50", "s", options={"decimals": 0, "custom.width": 100}),
        Column("peak", "Peak", options={"custom.width": 75}),
        Column("average", "Average", options={"decimals": 2, "custom.width": 90}),
        bar("utilisation", "Busy", "percentunit", 110, decimals=0, max=1),
        Column("busy_hours", "Hours", "locale", options={"decimals": 0, "custom.width": 85}),
        Column("machines", "Machines", options={"custom.width": 90}),
        *identifiers("jobs"),
    ),
    width=24,
    height=8,
    empty="No jobs ran in this time range",
)

HOURS = table(
    "Hours of the day",
    "Each hour of the day in UTC: how many jobs ran at once, at most and on average, and how long they waited.",
    "ci/busy_hours",
    (
        Column("hour", "Hour (UTC)", options={"custom.width": 100}),
        bar("peak", "Peak", "locale", 170, decimals=0),
        bar("average", "Average", "locale", 170, decimals=1),
        bar("queue_p95_seconds", "Queue p95", "s", 180, decimals=0),
        *identifiers("jobs"),
    ),
    width=12,
    height=10,
    empty="No jobs ran in this time range",
)

MACHINES = table(
    "Machines",
    "Each machine by its name, busiest first: the share of the time range that it ran jobs, and since when it is idle.",
    "ci/runners",
    (
        Column("runner_name", "Machine", links=(TO_RUN,), options={"custom.minWidth": 150}),
        bar("busy_share", "Busy", "percentunit", 110, decimals=0, max=1),
        Column("idle_seconds", "Idle for", "s", options={"decimals": 1, "custom.width": 95}),
        Column("failure_rate", "Fails", "percentunit", options={"decimals": 0, "custom.width": 75}),
        LABEL,
        *identifiers("jobs", "last_job", "repo", "run", "url"),
    ),
    width=12,
    height=10,
    empty="No machine is known by name in this time range",
)

WAITING = table(
    "Longest waits",
    "The 500 jobs that waited longest for a runner.",
    "ci/waiting",
    (
        Column("job_name", "Job", links=(TO_RUN,), options={"custom.minWidth": 150}),
        bar("queued_seconds", "Waited", "s", 150, decimals=1),
        LABEL,
        Column("created_at", "Since", "dateTimeFromNow", options={"custom.width": 130}),
        Column("runner_name", "Machine", options={"custom.minWidth": 110}),
        PIPELINE_NAME,
        REPOSITORY,
        *identifiers("status", "team", "source", "run", "job", "url"),
    ),
    width=24,
    height=9,
    empty="No job waited in this time range",
)

BOARD = Dashboard(
    uid="opssight-runners",
    title="Runners",
    description="How long jobs wait for a runner, how many run at once, and how busy that keeps the machines.",
    variables=(TEAM, SERVICE, REPO, ENVIRONMENT, PIPELINE, RUNNER_LABEL),
    lanes=LANES,
    panels=(
        tile(
            "Queue p95",
            "95 of 100 jobs waited at most this long for a runner.",
            "ci/queue_time",
            "s",
            width=12,
            empty="no jobs yet",
            thresholds=((None, "green"), (120, "orange"), (600, "red")),
            defaults={"decimals": 0, "links": WAITING_COUNTED},
        ),
        tile(
            "Peak",
            "The most jobs that ran at once, when that was, and how many ran on average.",
            "ci/peak_concurrency",
            "short",
            width=12,
            empty="no jobs yet",
            defaults={"links": LABELS_COUNTED},
        ),
        graph(
            "Jobs at once",
            "How many jobs ran at once in each interval, at most and on average.",
            "ci/concurrency",
            "short",
            width=12,
            max_points=168,
            columns=coloured(("peak", "peak", "orange"), ("average", "average", "blue")),
        ),
        replace(QUEUE, width=12),
        LABELS,
        HOURS,
        MACHINES,
        WAITING,
        DATA_AGE,
    ),
)
