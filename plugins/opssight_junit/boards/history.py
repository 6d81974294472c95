"""Test: how did this one test go, and since when?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard
from datasource_server.sdk.looks import (
    DATA_AGE,
    DURATIONS,
    REPO,
    TEAM,
    TO_RUN,
    bars,
    graph,
    identifiers,
    table,
)
from opssight_junit.boards.parts import BRANCH, OTHERWISE, RESULTS, TEST, result

EMPTY = "No result of this test in this time range"

RESULTS_TABLE = table(
    "Every result",
    "Every result of the test, newest first; each opens the run that it comes from.",
    "junit/history",
    (
        result((TO_RUN,)),
        Column("name", "Test", links=(TO_RUN,), options={"custom.minWidth": 180}),
        Column("ran_at", "When", "dateTimeFromNow", options={"custom.width": 120}),
        Column("duration_seconds", "Took", "s", options={"custom.width": 90}),
        Column("tries", "Tries", options={"custom.width": 65}),
        Column("message", "What it said", links=(TO_RUN,), options={"custom.minWidth": 200}),
        Column("branch", "Branch", options={"custom.width": 180, "custom.inspect": True}),
        Column("repo", "Repository", options={"custom.width": 190}),
        *identifiers("suite", "is_flaky", "attempt", "sha", "pipeline", "file", "team", "source", "run", "url"),
    ),
    width=24,
    height=12,
    empty=EMPTY,
)

BOARD = Dashboard(
    uid="opssight-test",
    title="Test",
    description="One test's history: how each result ended, how long it took, and what it said.",
    variables=(TEAM, REPO, BRANCH, TEST, OTHERWISE),
    time_from="now-30d",
    panels=(
        bars("Results", "The test's results by how they ended.", "junit/history_results", RESULTS, max_points=84),
        graph(
            "Duration",
            "Median and p95 of the time that the test took, skipped results left out.",
            "junit/history_durations",
            "s",
            columns=DURATIONS,
            max_points=84,
        ),
        RESULTS_TABLE,
        DATA_AGE,
    ),
)
