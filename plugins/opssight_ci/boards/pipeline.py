"""Pipeline: which job wastes our time, and which runs failed?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard
from opssight_ci.boards.answers import answers
from opssight_ci.boards.parts import (
    BRANCH,
    DATA_AGE,
    DURATIONS,
    LANES,
    NAVIGATION,
    PIPELINE,
    REPO,
    RESULTS,
    TEAM,
    TO_FORGE,
    TO_RUN,
    bar,
    bars,
    graph,
    identifiers,
    table,
)

RUNS = table(
    "Runs",
    "Every run that the numbers count, newest first, each attempt a row; open one to see its jobs and log lines.",
    "ci/runs",
    (
        Column("status", "Result", kind="status", links=(TO_RUN,), options={"custom.width": 105}),
        Column("pipeline", "Pipeline", links=(TO_RUN,), options={"custom.minWidth": 100}),
        Column("title", "What", links=(TO_RUN,), options={"custom.minWidth": 220}),
        Column("repo", "Repository", options={"custom.minWidth": 150}),
        Column("branch", "Branch", options={"custom.minWidth": 120}),
        Column("created_at", "When", "dateTimeFromNow", links=(TO_FORGE,), options={"custom.width": 130}),
        Column("duration_seconds", "Took", "s", options={"decimals": 1, "custom.width": 95}),
        Column("actor", "By", options={"custom.width": 110}),
        *identifiers(
            "attempt",
            "sha",
            "queued_seconds",
            "number",
            "event",
            "started_at",
            "finished_at",
            "team",
            "source",
            "run",
            "url",
        ),
    ),
    width=24,
    height=12,
    empty="No runs in this time range",
)

JOBS = table(
    "Jobs by p95",
    "Each job and runner label, slowest first: how long it takes, how long it waits, and how often it fails.",
    "ci/job_stats",
    (
        Column("job_name", "Job", options={"custom.minWidth": 150}),
        bar("p95_seconds", "p95", "s", 150, decimals=1),
        bar("failure_rate", "Fails", "percentunit", 130, decimals=0, max=1),
        Column("runner_label", "Runner label", options={"custom.minWidth": 150}),
        Column("p50_seconds", "p50", "s", options={"decimals": 1, "custom.width": 100}),
        Column("queue_p95_seconds", "Queue p95", "s", options={"decimals": 0, "custom.width": 100}),
        Column("jobs", "Jobs", options={"custom.width": 80}),
        Column("minutes", "Minutes", options={"decimals": 0, "custom.width": 90}),
        *identifiers("failures", "queue_p50_seconds"),
    ),
    width=24,
    height=9,
    empty="No jobs have ended in this time range",
)

BOARD = Dashboard(
    uid="opssight-pipeline",
    title="Pipeline",
    description="The runs and jobs of the chosen pipelines: how long they take and wait, how often they fail.",
    variables=(TEAM, REPO, PIPELINE, BRANCH),
    lanes=LANES,
    links=NAVIGATION,
    panels=(
        *answers(width=6),
        RUNS,
        bars(
            "Runs by result",
            "Runs by how they ended, each attempt counted.",
            "ci/results",
            RESULTS,
            width=12,
            max_points=84,
        ),
        graph(
            "Duration over time",
            "Median and p95 of ended runs, from start to finish.",
            "ci/durations",
            "s",
            width=12,
            max_points=42,
            columns=DURATIONS,
        ),
        JOBS,
        DATA_AGE,
    ),
)
