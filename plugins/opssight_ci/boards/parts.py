"""Pieces that the boards of CI share: variables, lanes, and the columns and panels that stand on several of them."""

from __future__ import annotations

from dataclasses import replace

from datasource_server.sdk import Column, Lane, Link, Variable
from datasource_server.sdk.looks import DURATIONS, RESULTS, TO_FORGE, TO_RUN, bars, graph

PIPELINE = Variable("pipeline", "Pipeline", "ci/pipeline_names")
BRANCH = Variable("branch", "Branch", "ci/branches")
RUNNER_LABEL = Variable("runner_label", "Runner label", "ci/runner_label_names")
TARGET = Variable("target_minutes", "Target in minutes", kind="text", default="60")
RUN = Variable("run", "Run", kind="text", default="")
JOB = Variable("job", "Job", kind="text", default="")
OTHERWISE = Variable("otherwise", "Newest failure", "ci/newest_failure", multi=False, default="", hidden=True)
"""What a board shows while no run is chosen."""

LANES = (
    Lane("Deployments", "ci/deploy_lane", "blue"),
    Lane("Failures on main", "ci/failure_lane", "red", is_on=False),
)

LANES_OFF = tuple(replace(lane, is_on=False) for lane in LANES)
"""The same, off at first: those of a month would hide the bars."""

TO_PIPELINE = Link(
    "Open the pipeline",
    "/d/opssight-pipeline?${__url_time_range}&var-repo=${__data.fields.repo}&var-pipeline=${__data.fields.pipeline}",
)

STATUS = Column("status", "Result", kind="status", options={"custom.width": 105})
TITLE = Column("title", "What", links=(TO_RUN,), options={"custom.minWidth": 220})
REPOSITORY = Column("repo", "Repository", options={"custom.minWidth": 150})
PIPELINE_NAME = Column("pipeline", "Pipeline", links=(TO_PIPELINE,), options={"custom.minWidth": 100})
WHEN = Column("created_at", "When", "dateTimeFromNow", links=(TO_FORGE,), options={"custom.width": 130})
TOOK = Column("duration_seconds", "Took", "s", options={"decimals": 1, "custom.width": 95})
QUEUED = Column("queued_seconds", "Queued", "s", options={"decimals": 0, "custom.width": 85})
ACTOR = Column("actor", "By", options={"custom.width": 110})
ATTEMPT = Column("attempt", "Attempt", options={"custom.width": 80})
"""Columns that mean the same wherever they stand."""

DURATION = graph(
    "Duration over time",
    "Median and p95 of ended runs, from start to finish.",
    "ci/durations",
    "s",
    width=12,
    max_points=42,
    columns=DURATIONS,
)

RUNS_BY_RESULT = bars(
    "Runs by result",
    "Runs by how they ended, each attempt counted.",
    "ci/results",
    RESULTS,
    width=12,
    max_points=84,
)

QUEUE = graph(
    "Queue time by runner label",
    "95 of 100 jobs waited at most this long for a runner with these labels.",
    "ci/queue",
    "s",
    width=8,
    max_points=42,
)
