"""Delivery: are we fast and safe?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard, Link
from datasource_server.sdk.looks import (
    DATA_AGE,
    TO_FORGE,
    TO_RUN,
    bar,
    bars,
    coloured,
    graph,
    identifiers,
    signed,
    table,
)
from opssight_dora.boards.parts import (
    BANDS,
    FOLLOWED,
    KEPT,
    LANES,
    SPREAD,
    TO_DEPLOYMENT,
    WHERE,
    deployments_table,
    deployments_tile,
    key_tile,
    lead_time_tile,
    linked,
    reasons_table,
)

HERE = f"/d/opssight-delivery?{KEPT}&${{bands:queryparam}}"
FAILED = ("The deployments that failed their users", f"{HERE}&viewPanel=12")
COUNTED = ("The deployments counted", f"{HERE}&viewPanel=13")
LEFT_OUT = ("The deployments left out", f"{HERE}&viewPanel=14")
REWORK = ("The deployments that were rework", f"{HERE}&var-followed=rework&viewPanel=13")
TO_REASON = Link(
    "These deployments",
    f"/d/opssight-deployments?{KEPT}&${{bands:queryparam}}&viewPanel=8&var-reason=" + "${__data.fields.reason}",
)
TO_SERVICE = Link(
    "Only this service",
    "/d/opssight-delivery?${__url_time_range}&${bands:queryparam}&${environment:queryparam}"
    "&var-team=${__data.fields.team}&var-service=${__data.fields.service}",
)

WEEKS = 12
"""Points of a trend over three months: a week each; medians and shares of fewer deployments jump about."""

TILES = (
    deployments_tile(COUNTED, LEFT_OUT),
    key_tile(
        "Frequency",
        "frequency",
        "Days a week with a deployment to production: the median over the whole weeks (Monday to Sunday, UTC) of "
        "the time range, empty weeks as 0.",
        "none",
        empty="none yet",
        links=linked(COUNTED, LEFT_OUT),
        defaults={"decimals": 1},
    ),
    lead_time_tile(),
    key_tile(
        "Fail rate",
        "fail_rate",
        "Share of production deployments that an incident, rollback, revert or hotfix followed.",
        "percentunit",
        empty="none yet",
        links=linked(FAILED, COUNTED, LEFT_OUT),
        defaults={"decimals": 1},
    ),
    key_tile(
        "Recovery",
        "recovery",
        "Median from the finish of a deployment that failed its users until they were well again, of those restored in "
        "the time range; the ones not restored are left out.",
        "s",
        empty="none failed",
        links=linked(FAILED),
        defaults={"decimals": 1},
    ),
    key_tile(
        "Rework",
        "rework",
        "Share of production deployments that nobody had planned: rollbacks, reverts and hotfixes.",
        "percentunit",
        empty="none yet",
        links=linked(REWORK, COUNTED, LEFT_OUT),
        defaults={"decimals": 1},
    ),
)

TRENDS = (
    bars(
        "Deployments over time",
        "Deployments to production: counted, failed to deploy, and left out for another reason.",
        "dora/deployment_trend",
        coloured(("counted", "✓ counted", "green"), ("failed", "✕ failed", "red"), ("left_out", "– left out", "text")),
        width=12,
        max_points=60,
        empty="No deployments to production in this time range",
    ),
    graph(
        "Lead time over time",
        "Median and p90 lead time of the changes that reached production in each interval.",
        "dora/lead_trend",
        "s",
        width=12,
        max_points=WEEKS,
        columns=SPREAD,
        empty="No change with a lead time reached production in this time range",
    ),
    graph(
        "Fail rate and rework over time",
        "Share of production deployments that failed their users, and that were rework.",
        "dora/failure_trend",
        "percentunit",
        width=12,
        max_points=WEEKS,
        columns=coloured(("fail_rate", "✕ fail rate", "red"), ("rework_rate", "↺ rework rate", "orange")),
        empty="No deployments are counted in this time range",
        defaults={"min": 0},
    ),
    graph(
        "Recovery over time",
        "Median and p90 time from a failed deployment until users were well again, by the moment when they were.",
        "dora/restore_trend",
        "s",
        width=12,
        max_points=WEEKS,
        columns=SPREAD,
        empty="No failed deployment was restored in this time range",
    ),
)

SCORES = table(
    "Teams and services",
    "The keys of all teams, each team and each service, each recomputed from its rows. Bands, in the order of "
    "frequency, lead time, fail rate and recovery: Elite, High, Medium, Low, – for nothing counted.",
    "dora/scores",
    (
        Column("name", "Team or service", links=(TO_SERVICE,), options={"custom.minWidth": 190}),
        Column("bands", "Freq Lead Fail Rec", options={"custom.width": 150}),
        bar("deployments", "Deployments", "locale", 150, decimals=0),
        Column("days_a_week", "Days a week", options={"decimals": 1, "custom.width": 105}),
        Column("lead_seconds", "Lead p50", "s", options={"decimals": 1, "custom.width": 110}),
        bar("fail_rate", "Fail rate", "percentunit", 150, decimals=0),
        Column("restore_seconds", "Recovery p50", "s", options={"decimals": 1, "custom.width": 120}),
        Column("rework_rate", "Rework", "percentunit", options={"decimals": 0, "custom.width": 85}),
        *identifiers("left_out", "changes", "team", "service", "level"),
    ),
    width=24,
    height=10,
    empty="Nothing was deployed in this time range",
)

FAILURES = table(
    "Deployments that failed their users",
    "Each with what shows it and how long users had to wait; those not restored yet come first.",
    "dora/failures",
    (
        signed("state", "Now", **{"custom.width": 125}),
        Column("service", "Service", links=(TO_DEPLOYMENT,), options={"custom.width": 150}),
        Column("failure_kind", "Followed by", options={"custom.width": 105}),
        Column("failure_evidence", "What shows it", links=(TO_FORGE,), options={"custom.minWidth": 240}),
        Column("finished_at", "Deployed", "dateTimeFromNow", options={"custom.width": 125}),
        Column("restore_seconds", "Recovery", "s", options={"decimals": 1, "custom.width": 100}),
        Column("version", "Version", links=(TO_RUN,), options={"custom.width": 130}),
        Column("actor", "By", options={"custom.width": 120}),
        *identifiers(
            "environment",
            "restored_at",
            "is_in_recovery",
            "is_in_fail_rate",
            "team",
            "repo",
            "source",
            "deployment",
            "run",
            "url",
        ),
    ),
    width=24,
    height=8,
    empty="No deployment failed its users in this time range",
)

BOARD = Dashboard(
    uid="opssight-delivery",
    title="Delivery",
    menu=10,
    description="Are we fast and safe? The four keys of DORA and the rework rate, each with the rows behind it.",
    variables=(*WHERE, BANDS, FOLLOWED),
    lanes=LANES,
    time_from="now-90d",
    panels=(
        *TILES,
        *TRENDS,
        SCORES,
        FAILURES,
        deployments_table(
            "Deployments counted",
            "Every deployment that the keys count, newest first: by which rule, what it brought, what followed.",
            "No deployment is counted in this time range",
            payload={"counts": "counted"},
            height=9,
        ),
        deployments_table(
            "Deployments left out",
            "Every deployment to production that the keys leave out, newest first, and why.",
            "No deployment to production is left out in this time range",
            payload={"counts": "left out", "tier": "production", "followed": ""},
            height=9,
        ),
        reasons_table("deployments", TO_REASON, width=24, height=6),
        DATA_AGE,
    ),
)
