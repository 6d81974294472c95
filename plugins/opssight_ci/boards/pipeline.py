"""Pipeline: which job wastes our time, and which runs failed?"""

from __future__ import annotations

from dataclasses import replace

from datasource_server.sdk import Column, Dashboard
from datasource_server.sdk.looks import DATA_AGE, REPO, TEAM, TO_RUN, bar, change, identifiers, table
from opssight_ci.boards.answers import answers
from opssight_ci.boards.parts import (
    ACTOR,
    BRANCH,
    DURATION,
    LANES,
    PIPELINE,
    PIPELINE_NAME,
    REPOSITORY,
    RUNS_BY_RESULT,
    STATUS,
    TITLE,
    TOOK,
    WHEN,
)

STATUS_TO_RUN = replace(STATUS, links=(TO_RUN,))

RUNS = table(
    "Runs",
    "Every run that the numbers count, newest first, each attempt a row; open one to see its jobs and log lines.",
    "ci/runs",
    (
        STATUS_TO_RUN,
        PIPELINE_NAME,
        TITLE,
        REPOSITORY,
        Column("branch", "Branch", options={"custom.minWidth": 120}),
        WHEN,
        TOOK,
        ACTOR,
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
    "Each job of a pipeline by runner label, slowest first: how long it takes and waits, and how often it fails.",
    "ci/job_stats",
    (
        Column("job_name", "Job", options={"custom.minWidth": 140}),
        bar("p95_seconds", "p95", "s", 150, decimals=1),
        change("p95_change", "Δ p95", 85, worse=0.15),
        bar("failure_rate", "Fails", "percentunit", 120, decimals=0, max=1),
        Column("p50_seconds", "p50", "s", options={"decimals": 1, "custom.width": 95}),
        Column("queue_p95_seconds", "Queue p95", "s", options={"decimals": 0, "custom.width": 100}),
        Column("runner_label", "Runner label", options={"custom.minWidth": 130}),
        PIPELINE_NAME,
        *identifiers("repo", "jobs", "minutes", "failures", "queue_p50_seconds"),
    ),
    width=24,
    height=9,
    empty="No jobs have ended in this time range",
)

BOARD = Dashboard(
    uid="opssight-pipeline",
    title="Pipeline",
    menu=21,
    description="The runs and jobs of the chosen pipelines: how long they take and wait, how often they fail.",
    variables=(TEAM, REPO, PIPELINE, BRANCH),
    lanes=LANES,
    panels=(
        *answers(width=6),
        RUNS,
        RUNS_BY_RESULT,
        DURATION,
        JOBS,
        DATA_AGE,
    ),
)
