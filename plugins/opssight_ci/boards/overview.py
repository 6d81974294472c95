"""CI overview: how are our pipelines, and which one needs us?"""

from __future__ import annotations

from dataclasses import replace

from datasource_server.sdk import Column, Dashboard, Link
from datasource_server.sdk.looks import (
    DATA_AGE,
    KEEP,
    REPO,
    TEAM,
    TIERS,
    TO_FORGE,
    TO_RUN,
    bar,
    bars,
    change,
    graph,
    identifiers,
    table,
    tile,
)
from opssight_ci.boards.answers import answers
from opssight_ci.boards.main_branch import MAIN_BRANCHES
from opssight_ci.boards.parts import BRANCH, DURATION, LANES, PIPELINE, PIPELINE_NAME, QUEUE, RUNS_BY_RESULT

TO_DEPLOYMENTS = f"/d/opssight-ci?{KEEP}&viewPanel=14"
TO_LAST_RUN = Link("Open the last run", "/d/opssight-run?${__url_time_range}&var-run=${__data.fields.last_run}")

ANSWERS = (
    *answers(width=4),
    tile(
        "Deploys a day",
        "Successful deployments to production, a day on average.",
        "ci/deploys_a_day",
        "short",
        empty="no deploys yet",
        defaults={"decimals": 1, "links": [{"title": "The deployments counted", "url": TO_DEPLOYMENTS}]},
    ),
    tile(
        "Collectors",
        "Collector passes that are failing right now; numbers may be too old while this is not zero.",
        "ci/collector_errors",
        "short",
        empty="none yet",
        thresholds=((None, "green"), (1, "red")),
        defaults={"links": [{"title": "Freshness", "url": "/d/opssight-freshness"}]},
    ),
)

PIPELINES = table(
    "Pipelines",
    "One row a pipeline of any forge, red ones first: its last ten runs, newest at the right, and its numbers in this "
    "time range.",
    "ci/pipelines",
    (
        PIPELINE_NAME,
        Column("last_status", "Now", kind="status", links=(TO_LAST_RUN,), options={"custom.width": 105}),
        Column("last_runs", "Last 10 runs", options={"custom.width": 140}),
        Column("place", "Forge · repository", links=(TO_FORGE,), options={"custom.minWidth": 180}),
        Column("runs", "Runs", options={"custom.width": 75}),
        bar("success_rate", "Success", "percentunit", 130, decimals=0, max=1),
        change("success_change", "Δ success", 95, worse=-0.05),
        Column("p50_seconds", "p50", "s", options={"decimals": 1, "custom.width": 95}),
        bar("p95_seconds", "p95", "s", 140, decimals=1),
        *identifiers(
            "repo",
            "queue_p95_seconds",
            "duration_change",
            "failures",
            "last_at",
            "last_durations",
            "team",
            "source",
            "last_run",
            "url",
        ),
    ),
    width=24,
    height=12,
    empty="No runs in this time range",
)

DEPLOYMENTS = table(
    "Deployments",
    "Deployments of every environment, newest first, each with the run that made it.",
    "ci/deployments",
    (
        Column("status", "Result", kind="status", options={"custom.width": 100}),
        Column("service", "Service", links=(TO_RUN,), options={"custom.minWidth": 120}),
        Column("environment", "Environment", options={"custom.width": 105}),
        Column("version", "Version", links=(TO_FORGE,), options={"custom.width": 125}),
        Column("created_at", "When", "dateTimeFromNow", options={"custom.width": 120}),
        Column("actor", "By", options={"custom.width": 85}),
        *identifiers("duration_seconds", "tier", "repo", "sha", "rule", "team", "source", "run", "url"),
    ),
    width=12,
    height=9,
    empty="No deployments in this time range",
)

BOARD = Dashboard(
    uid="opssight-ci",
    title="CI overview",
    menu=20,
    description="How our pipelines are doing, what changed against the period before, and which one needs us now.",
    variables=(TEAM, REPO, PIPELINE, BRANCH),
    lanes=LANES,
    panels=(
        *ANSWERS,
        PIPELINES,
        RUNS_BY_RESULT,
        graph(
            "Success over time",
            "Share of ended runs that succeeded in each interval.",
            "ci/success",
            "percentunit",
            width=12,
            max_points=42,
            columns=(Column("success_rate", "success rate", options={"min": 0, "max": 1}),),
        ),
        replace(DURATION, width=8),
        QUEUE,
        bars(
            "Deploy frequency",
            "Successful deployments by tier.",
            "ci/deploys",
            TIERS,
            width=8,
            max_points=42,
            empty="No deployments in this time range",
        ),
        MAIN_BRANCHES,
        DEPLOYMENTS,
        DATA_AGE,
    ),
)
