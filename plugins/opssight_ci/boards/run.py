"""Run: why did it fail, and where did the time go?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard, Link, Panel
from opssight_ci.boards.parts import (
    DATA_AGE,
    JOB,
    NAVIGATION,
    OTHERWISE,
    REPO,
    RUN,
    TEAM,
    TO_FORGE,
    identifiers,
    saying,
    table,
    tile,
)

TO_JOB_LOG = Link(
    "Only this job's lines",
    "/d/opssight-run?${__url_time_range}&var-run=${__data.fields.run}&var-job=${__data.fields.job}",
)

ATTEMPTS = table(
    "Attempts",
    "The chosen run, each attempt a row, with its commit and author; while none is chosen, the newest failed one.",
    "ci/runs",
    (
        Column("status", "Result", kind="status", options={"custom.width": 105}),
        Column("pipeline", "Pipeline", links=(TO_FORGE,), options={"custom.minWidth": 130}),
        Column("title", "What", links=(TO_FORGE,), options={"custom.minWidth": 220}),
        Column("repo", "Repository", options={"custom.minWidth": 150}),
        Column("created_at", "When", "dateTimeFromNow", options={"custom.width": 130}),
        Column("actor", "By", options={"custom.width": 110}),
        Column("attempt", "Attempt", options={"custom.width": 80}),
        Column("sha", "Commit", options={"custom.width": 110}),
        *identifiers(
            "branch",
            "duration_seconds",
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
    height=5,
    empty="No such run: choose one on the Pipeline board",
)

JOBS = table(
    "Jobs",
    "The run's jobs in the order in which they began: how long each waited and took, and the step that failed.",
    "ci/jobs",
    (
        Column("status", "Result", kind="status", options={"custom.width": 105}),
        Column("name", "Job", links=(TO_JOB_LOG, TO_FORGE), options={"custom.minWidth": 160}),
        Column("failed_step", "Failed step", links=(TO_JOB_LOG,), options={"custom.minWidth": 160}),
        Column("duration_seconds", "Took", "s", options={"decimals": 1, "custom.width": 95}),
        Column("queued_seconds", "Queued", "s", options={"decimals": 0, "custom.width": 85}),
        Column("runner", "Runner", options={"custom.minWidth": 120}),
        Column("attempt", "Attempt", options={"custom.width": 80}),
        Column("started_at", "Began", "dateTimeFromNow", options={"custom.width": 130}),
        *identifiers(
            "runner_labels",
            "pipeline",
            "repo",
            "branch",
            "created_at",
            "finished_at",
            "needs",
            "team",
            "source",
            "run",
            "job",
            "url",
        ),
    ),
    width=24,
    height=8,
    empty="No jobs are known of this run",
)

LOG = Panel(
    "Log lines of failed jobs",
    "The tail of each failed job's log and what stands around its errors, without secrets.",
    "logs",
    "ci/run_log",
    width=24,
    height=12,
    empty="No log lines: no job of this run failed, or its log has expired",
    options={
        "showTime": True,
        "showLabels": False,
        "showCommonLabels": False,
        "wrapLogMessage": True,
        "prettifyLogMessage": False,
        "enableLogDetails": True,
        "dedupStrategy": "none",
        "sortOrder": "Ascending",
    },
)

STEPS = table(
    "Steps",
    "The steps of each job with how long they took.",
    "ci/steps",
    (
        Column("status", "Result", kind="status", options={"custom.width": 105}),
        Column("job_name", "Job", options={"custom.minWidth": 150}),
        Column("number", "#", options={"custom.width": 50}),
        Column("step_name", "Step", options={"custom.minWidth": 200}),
        Column("duration_seconds", "Took", "s", options={"decimals": 1, "custom.width": 95}),
        Column("started_at", "Began", "dateTimeAsIso", options={"custom.width": 170}),
        *identifiers("finished_at", "attempt", "job", "run", "url"),
    ),
    width=24,
    height=8,
    empty="No steps are known of this run",
)

BOARD = Dashboard(
    uid="opssight-run",
    title="Run",
    description="One run: why it failed, its attempts, jobs and steps, and the log lines of what failed.",
    variables=(TEAM, REPO, RUN, JOB, OTHERWISE),
    links=NAVIGATION,
    panels=(
        saying(
            "Result",
            "How the last attempt of the run ended.",
            "ci/verdict",
            "result",
            width=4,
            height=4,
            empty="no run",
        ),
        tile(
            "Took",
            "The last attempt from start to finish, against the pipeline's median of the 30 days before.",
            "ci/run_duration",
            "s",
            empty="no run",
            width=4,
            height=4,
            defaults={"decimals": 1},
        ),
        saying(
            "Why",
            "The first job that failed, its step, and the first error in its log.",
            "ci/verdict",
            "because",
            width=16,
            height=4,
            size=16,
            justify="auto",
            empty="no run",
        ),
        ATTEMPTS,
        JOBS,
        LOG,
        STEPS,
        DATA_AGE,
    ),
    refresh="30s",
)
