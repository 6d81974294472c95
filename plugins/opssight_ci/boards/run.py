"""Run: why did it fail, and where did the time go?"""

from __future__ import annotations

from dataclasses import replace

from datasource_server.sdk import Column, Dashboard, Link, Panel
from datasource_server.sdk.looks import DATA_AGE, REPO, TEAM, TO_FORGE, identifiers, saying, table, tile
from opssight_ci.boards.parts import (
    ACTOR,
    ATTEMPT,
    JOB,
    OTHERWISE,
    QUEUED,
    REPOSITORY,
    RUN,
    STATUS,
    TITLE,
    TOOK,
    WHEN,
)

FIRST = {"values": True, "limit": 1, "calcs": []}
SHARE = r"/fields\.path\}/"
"""The field of the critical path's share: Grafana looks for a field by its title, before that is filled in."""

TO_JOB_LOG = Link(
    "Only this job's lines",
    "/d/opssight-run?${__url_time_range}&var-run=${__data.fields.run}&var-job=${__data.fields.id}",
)

ATTEMPTS = table(
    "Attempts",
    "The chosen run, each attempt a row, with its commit and author; while none is chosen, the newest failed one.",
    "ci/runs",
    (
        STATUS,
        Column("pipeline", "Pipeline", links=(TO_FORGE,), options={"custom.minWidth": 130}),
        replace(TITLE, links=(TO_FORGE,)),
        REPOSITORY,
        WHEN,
        ACTOR,
        ATTEMPT,
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
    "The run's jobs as they waited (░) and ran (█ on the critical path, ▒ beside it): the path leads from the job that "
    "ended last back through what each waited for longest; alone is the time in which only that job of it ran.",
    "ci/waterfall",
    (
        STATUS,
        Column("name", "Job", links=(TO_JOB_LOG, TO_FORGE), options={"custom.minWidth": 150}),
        Column("lane", "Time", options={"custom.minWidth": 260}),
        TOOK,
        Column("exclusive_seconds", "Alone", "s", options={"decimals": 1, "custom.width": 95}),
        QUEUED,
        Column("failure_line", "Failed step", links=(TO_JOB_LOG,), options={"custom.minWidth": 130}),
        ATTEMPT,
        *identifiers(
            "is_critical",
            "queued_at",
            "started_at",
            "finished_at",
            "runner",
            "stage",
            "needs",
            "waited_for",
            "path_share",
            "path",
            "team",
            "source",
            "run",
            "id",
            "url",
        ),
    ),
    width=24,
    height=9,
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

PATH = tile(
    "Critical path",
    "Share of the last attempt that its critical path ran, and the jobs on it; the rest was spent waiting.",
    "ci/waterfall",
    "percentunit",
    empty="no jobs",
    width=6,
    height=4,
    defaults={"decimals": 0, "displayName": ""},
    columns=(Column("path_share", "${__data.fields.path}"),),
)
PATH = replace(PATH, options=dict(PATH.options) | {"reduceOptions": FIRST | {"fields": SHARE}})

STEPS = table(
    "Steps",
    "The steps of each job with how long they took.",
    "ci/steps",
    (
        STATUS,
        Column("job_name", "Job", options={"custom.minWidth": 150}),
        Column("number", "#", options={"custom.width": 50}),
        Column("step_name", "Step", options={"custom.minWidth": 200}),
        TOOK,
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
    menu=22,
    description="One run: why it failed, its attempts, jobs and steps, and the log lines of what failed.",
    variables=(TEAM, REPO, RUN, JOB, OTHERWISE),
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
            width=10,
            height=4,
            size=16,
            justify="auto",
            empty="no run",
        ),
        PATH,
        ATTEMPTS,
        JOBS,
        LOG,
        STEPS,
        DATA_AGE,
    ),
    refresh="30s",
)
