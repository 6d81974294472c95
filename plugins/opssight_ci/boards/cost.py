"""CI cost: where do the minutes and the money go, and how much of it is wasted?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard, Panel
from datasource_server.sdk.looks import (
    DATA_AGE,
    ENVIRONMENT,
    KEEP,
    REPO,
    SERVICE,
    TEAM,
    bar,
    bars,
    change,
    coloured,
    identifiers,
    table,
    tile,
)
from opssight_ci.boards.parts import ACTOR, LANES_OFF, PIPELINE, PIPELINE_NAME, REPOSITORY, STATUS, TITLE, WHEN

USES = coloured(
    ("useful", "✓ useful", "green"),
    ("failed", "✕ failed", "red"),
    ("repeated", "↻ repeated", "orange"),
    ("cancelled", "⊘ cancelled", "#8e8e8e"),
)
TO_RUNS = [
    {
        "title": "The largest runs counted",
        "url": f"/d/opssight-ci-cost?{KEEP}&${{service:queryparam}}&${{environment:queryparam}}&viewPanel=10",
    }
]


def cost_by(title: str, by: str, name: str) -> Panel:
    """Return minutes and money, summed up by `by`."""
    return table(
        title,
        "Minutes and dollars, dearest first, with the share that failed, cancelled and repeated runs took.",
        "ci/cost_by",
        (
            Column("name", name, options={"custom.minWidth": 190}),
            bar("cost_usd", "Cost", "currencyUSD", 105, decimals=0),
            change("cost_change", "Δ", 60, worse=0.1),
            bar("wasted_share", "Wasted", "percentunit", 100, decimals=0, max=1),
            Column("wasted_usd", "Wasted $", "currencyUSD", options={"decimals": 0, "custom.width": 85}),
            Column("minutes", "Minutes", "locale", options={"decimals": 0, "custom.width": 80}),
            *identifiers("failed_minutes", "cancelled_minutes", "repeated_minutes", "jobs", "is_priced"),
        ),
        payload={"by": by},
        width=12,
        height=8,
        empty="No jobs have ended in this time range",
    )


LARGEST = table(
    "Largest runs",
    "The 500 attempts that kept runners busy the longest, and whether that was of use.",
    "ci/cost_runs",
    (
        STATUS,
        TITLE,
        bar("minutes", "Minutes", "locale", 130, decimals=0),
        Column("cost_usd", "Cost", "currencyUSD", options={"decimals": 2, "custom.width": 90}),
        Column("use", "Use", options={"custom.width": 90}),
        PIPELINE_NAME,
        REPOSITORY,
        WHEN,
        *identifiers(ACTOR.name, "attempt", "jobs", "team", "source", "run", "url"),
    ),
    width=24,
    height=9,
    empty="No jobs have ended in this time range",
)

PRICES = table(
    "Prices",
    "What a minute costs by runner label: from the settings, else from the price list of hosted runners; self-hosted "
    "ones cost nothing unless a price is set.",
    "ci/runner_prices",
    (
        Column("runner_label", "Runner label", options={"custom.minWidth": 150}),
        Column("usd_a_minute", "A minute", "currencyUSD", options={"decimals": 3, "custom.width": 100}),
        Column("pattern", "Price by", options={"custom.minWidth": 120}),
        *identifiers("repositories"),
    ),
    width=24,
    height=8,
    empty="No jobs are known yet",
)

BOARD = Dashboard(
    uid="opssight-ci-cost",
    title="CI cost",
    menu=24,
    description="Minutes and money of CI by repository, workflow, team and label, and the share that was wasted.",
    variables=(TEAM, SERVICE, REPO, ENVIRONMENT, PIPELINE),
    lanes=LANES_OFF,
    time_from="now-30d",
    panels=(
        tile(
            "Cost",
            "Dollars of all jobs that ended, each minute begun counted, and the change against the period before.",
            "ci/cost",
            "currencyUSD",
            width=8,
            empty="no jobs yet",
            defaults={"decimals": 0, "links": TO_RUNS},
        ),
        tile(
            "Minutes",
            "Minutes that jobs ran on runners of any kind.",
            "ci/minutes",
            "locale",
            width=8,
            empty="no jobs yet",
            defaults={"decimals": 0, "links": TO_RUNS},
        ),
        tile(
            "Wasted",
            "Share of the minutes that failed, cancelled and repeated runs took.",
            "ci/wasted",
            "percentunit",
            width=8,
            empty="no jobs yet",
            thresholds=((None, "green"), (0.15, "orange"), (0.3, "red")),
            defaults={"decimals": 0, "links": TO_RUNS},
        ),
        bars(
            "Cost over time",
            "Dollars by what became of the run.",
            "ci/cost_over_time",
            USES,
            unit="currencyUSD",
            width=12,
            max_points=42,
        ),
        bars(
            "Minutes over time",
            "Minutes by what became of the run.",
            "ci/minutes_over_time",
            USES,
            width=12,
            max_points=42,
        ),
        cost_by("By repository", "repo", "Repository"),
        cost_by("By workflow", "pipeline", "Workflow"),
        cost_by("By team", "team", "Team"),
        cost_by("By runner label", "label", "Runner label"),
        LARGEST,
        PRICES,
        DATA_AGE,
    ),
)
