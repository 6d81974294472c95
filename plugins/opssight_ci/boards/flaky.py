"""Flaky: which jobs fail and pass on one commit, and what does that cost us?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard, Link
from datasource_server.sdk.looks import (
    DATA_AGE,
    ENVIRONMENT,
    KEEP,
    REPO,
    SERVICE,
    TEAM,
    TO_RUN,
    bar,
    bars,
    coloured,
    identifiers,
    signed,
    table,
    tile,
    told,
)
from opssight_ci.boards.parts import LANES_OFF, PIPELINE, PIPELINE_NAME, REPOSITORY

JOB_NAME = Column(
    "job_name",
    "Job",
    links=(TO_RUN,),
    options={"custom.minWidth": 150},
)
PASSED = Link("Open the run that passed", "/d/opssight-run?${__url_time_range}&var-run=${__data.fields.passed_run}")
SHA = Column("sha", "Passed, on", links=(PASSED,), options={"custom.width": 115})
TO_FLIPS = f"/d/opssight-flaky?{KEEP}&${{service:queryparam}}&${{environment:queryparam}}&viewPanel=5"
VERDICT = signed("verdict", "Verdict", **{"custom.width": 110})

FLAKY = table(
    "Flaky jobs",
    "Jobs with both results on one commit, attempts included: faults of the platform and jobs that were broken and "
    "then repaired by a commit are left out. Rate and verdict are of the newest 90 days of the repository.",
    "ci/flaky",
    (
        JOB_NAME,
        VERDICT,
        bar("flake_rate", "Flake rate", "percentunit", 130, decimals=1),
        bar("minutes_lost", "Minutes lost", "locale", 140, decimals=0),
        Column("flips", "Commits", options={"custom.width": 85}),
        Column("last_at", "Last seen", "dateTimeFromNow", options={"custom.width": 120}),
        SHA,
        PIPELINE_NAME,
        REPOSITORY,
        *identifiers(
            "failures",
            "left_out",
            "executions",
            "first_at",
            "evidence",
            "probability",
            "run",
            "failed_job",
            "passed_run",
            "passed_job",
            "team",
            "source",
            "url",
        ),
    ),
    width=24,
    height=10,
    empty="No job failed and passed on one commit in this time range",
)

FLIPS = table(
    "Failures counted and left out",
    "Each failure on a commit on which the same job also passed, with the run that passed; those that were left out "
    "say why.",
    "ci/flips",
    (
        JOB_NAME,
        VERDICT,
        Column("failed_at", "Failed", "dateTimeFromNow", options={"custom.width": 120}),
        told("reason", "Left out because", 320),
        Column("minutes_lost", "Minutes lost", options={"decimals": 1, "custom.width": 110}),
        SHA,
        PIPELINE_NAME,
        REPOSITORY,
        *identifiers(
            "failed_attempt",
            "failed_job",
            "passed_run",
            "passed_attempt",
            "passed_job",
            "passed_at",
            "team",
            "source",
            "run",
            "url",
        ),
    ),
    width=24,
    height=10,
    empty="No job failed and passed on one commit in this time range",
)

BOARD = Dashboard(
    uid="opssight-flaky",
    title="Flaky jobs",
    description="Jobs that fail and pass on one commit: how often, what it costs, and an example pair of runs of each.",
    variables=(TEAM, SERVICE, REPO, ENVIRONMENT, PIPELINE),
    lanes=LANES_OFF,
    time_from="now-30d",
    panels=(
        tile(
            "Flaky",
            "Jobs that are flaky by evidence and failed so in this time range, and the one with the highest rate.",
            "ci/flaky_jobs",
            "locale",
            width=6,
            height=6,
            empty="no jobs yet",
            thresholds=((None, "green"), (1, "orange"), (10, "red")),
            defaults={"links": [{"title": "The failures counted", "url": TO_FLIPS}]},
        ),
        tile(
            "Minutes lost",
            "Minutes that runners were busy with flaky failures and with the repeats that passed.",
            "ci/flaky_minutes",
            "locale",
            width=6,
            height=6,
            empty="none",
            defaults={"decimals": 0, "links": [{"title": "The failures counted", "url": TO_FLIPS}]},
        ),
        bars(
            "Failures over time",
            "Failures on commits on which the job also passed: flaky ones, and those put down to the platform.",
            "ci/flips_over_time",
            coloured(("flaky", "≈ flaky", "yellow"), ("platform", "– platform, left out", "purple")),
            width=12,
            height=6,
            max_points=42,
        ),
        FLAKY,
        FLIPS,
        DATA_AGE,
    ),
)
