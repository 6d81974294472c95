"""Tests: which tests fail, which can't be trusted, and which take our time?"""

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
    change,
    identifiers,
    table,
    tile,
)
from opssight_junit.boards.parts import BRANCH, RESULTS, TO_HISTORY, result

HERE = f"/d/opssight-tests?{KEEP}&${{service:queryparam}}&${{environment:queryparam}}&${{branch:queryparam}}"
TO_FIRST_RUN = Link(
    "Open the run that it began with", "/d/opssight-run?${__url_time_range}&var-run=${__data.fields.first_run}"
)
TO_PASSED_RUN = Link(
    "Open a run of the same commit that passed",
    "/d/opssight-run?${__url_time_range}&var-run=${__data.fields.passed_run}",
)


def _rows(title: str, panel: int) -> dict[str, list[dict[str, str]]]:
    return {"links": [{"title": title, "url": f"{HERE}&viewPanel={panel}"}]}


ANSWERS = (
    tile(
        "Failing now",
        "Tests whose newest result on the default branch is a failure, and the repository with the most of them.",
        "junit/failing",
        "locale",
        width=6,
        empty="no tests yet",
        thresholds=((None, "green"), (1, "orange"), (10, "red")),
        defaults={"decimals": 0, **_rows("The tests counted", 5)},
    ),
    tile(
        "Flaky",
        "Tests that both passed and failed on one commit, and their share of all tests.",
        "junit/flaky",
        "locale",
        width=6,
        empty="no tests yet",
        thresholds=((None, "green"), (1, "orange"), (20, "red")),
        defaults={"decimals": 0, **_rows("The tests counted", 6)},
    ),
    tile(
        "Tests",
        "Tests that ran in this time range, skipped ones too, and how many came and went against the period before.",
        "junit/known_tests",
        "locale",
        width=6,
        empty="no tests yet",
        defaults={"decimals": 0, **_rows("The tests that came and went", 9)},
    ),
    tile(
        "Test time",
        "Median of the time that all tests of a run's attempt take together.",
        "junit/test_time",
        "s",
        width=6,
        empty="no tests yet",
        defaults={"decimals": 1, **_rows("The slowest tests", 7)},
    ),
)

FAILING = table(
    "Failing tests",
    "Tests whose newest result on the default branch is a failure, those that fail the longest first.",
    "junit/failing_tests",
    (
        result((TO_RUN,)),
        Column("name", "Test", links=(TO_HISTORY,), options={"custom.minWidth": 220}),
        Column("message", "What it said", links=(TO_RUN,), options={"custom.minWidth": 220}),
        Column("repo", "Repository", options={"custom.width": 190}),
        Column("red_since", "Since", "dateTimeFromNow", links=(TO_FIRST_RUN,), options={"custom.width": 120}),
        Column("in_a_row", "In a row", options={"custom.width": 80}),
        *identifiers(
            "last_at",
            "suite",
            "branch",
            "pipeline",
            "runs",
            "run",
            "first_run",
            "test_link",
            "team",
            "source",
            "url",
        ),
    ),
    width=24,
    height=7,
    empty="No test fails",
)

FLAKY = table(
    "Flaky tests",
    "Tests that both passed and failed on one commit, by the minutes lost to attempts that failed with them.",
    "junit/flaky_tests",
    (
        Column("name", "Test", links=(TO_HISTORY,), options={"custom.minWidth": 200}),
        bar("flake_rate", "Flake rate", "percentunit", 130, decimals=0),
        bar("lost_minutes", "Lost", "m", 130, decimals=0),
        Column("last_at", "Last seen", "dateTimeFromNow", options={"custom.width": 115}),
        Column("run", "Failed in", links=(TO_RUN,), options={"custom.width": 190}),
        Column("passed_run", "Passed in", links=(TO_PASSED_RUN,), options={"custom.width": 190}),
        Column("repo", "Repository", options={"custom.width": 190}),
        *identifiers("flaky_commits", "commits", "suite", "sha", "test_link", "team"),
    ),
    width=24,
    height=9,
    empty="No flaky test in this time range",
)

SLOWEST = table(
    "Slowest tests",
    "Tests by the 95th percentile of their duration; the change is the median's against the period before.",
    "junit/slowest_tests",
    (
        Column("name", "Test", links=(TO_HISTORY,), options={"custom.minWidth": 220}),
        bar("p95_seconds", "p95", "s", 130, decimals=1),
        Column("p50_seconds", "p50", "s", options={"decimals": 1, "custom.width": 90}),
        change("p50_change", "Δ p50", 85, worse=0.2),
        bar("minutes", "In all", "m", 110, decimals=0),
        Column("runs", "Runs", "locale", options={"custom.width": 75}),
        Column("repo", "Repository", options={"custom.width": 190}),
        *identifiers("suite", "last_at", "run", "test_link", "team"),
    ),
    width=24,
    height=9,
    empty="No test with a time in this time range",
)

CHANGED = table(
    "Added and gone",
    "Tests that only this period or only the one before knows; a test that was renamed is both.",
    "junit/changed_tests",
    (
        Column("change", "Change", links=(TO_RUN,), options={"custom.width": 90}),
        Column("name", "Test", links=(TO_HISTORY,), options={"custom.minWidth": 180}),
        Column("changed_at", "When", "dateTimeFromNow", options={"custom.width": 115}),
        Column("repo", "Repository", options={"custom.width": 190}),
        *identifiers("suite", "run", "test_link", "team"),
    ),
    width=12,
    height=9,
    empty="No test came or went",
)

BOARD = Dashboard(
    uid="opssight-tests",
    title="Tests",
    description="What tests cost us: those that fail now, those that pass and fail on one commit, and slow ones.",
    variables=(TEAM, SERVICE, REPO, ENVIRONMENT, BRANCH),
    panels=(
        *ANSWERS,
        FAILING,
        FLAKY,
        SLOWEST,
        bars(
            "Results",
            "Results of tests by how they ended; a test that was tried again counts once, as its last try ended.",
            "junit/totals",
            RESULTS,
            width=12,
            height=9,
            max_points=84,
        ),
        CHANGED,
        DATA_AGE,
    ),
)
