"""Lead time: how long does a change take, and which ones took the longest?"""

from __future__ import annotations

from typing import Any

from datasource_server.sdk import Column, Dashboard, Link, Panel
from datasource_server.sdk.looks import DATA_AGE, TO_FORGE, graph, identifiers, table, tile
from opssight_dora.boards.parts import (
    BANDS,
    KEPT,
    LANES,
    SPREAD,
    TO_DEPLOYMENT,
    WHERE,
    key_tile,
    linked,
    reason_variable,
    reasons_table,
)

HERE = f"/d/opssight-lead-time?{KEPT}&${{bands:queryparam}}"
COUNTED = ("The changes counted", f"{HERE}&viewPanel=9")
LEFT_OUT = ("The changes left out", f"{HERE}&viewPanel=11")
TO_REASON = Link("These changes", HERE + "&var-reason=${__data.fields.reason}&viewPanel=11")


def _spread(title: str, measure: str, description: str) -> Panel:
    return tile(
        title,
        description,
        "dora/lead_spread",
        "s",
        payload={"measure": measure},
        empty="no changes yet",
        defaults={"decimals": 1, "links": linked(COUNTED)},
    )


TILES = (
    key_tile(
        "Lead time",
        "lead_time",
        "Median from a change's first commit to the finish of the first production deployment that contains it.",
        "s",
        empty="no changes yet",
        links=linked(COUNTED, LEFT_OUT),
        defaults={"decimals": 1},
    ),
    _spread("p25", "p25", "A quarter of the changes took at most this long from first commit to production."),
    _spread("p75", "p75", "Three quarters of the changes took at most this long from first commit to production."),
    _spread("p90", "p90", "Nine of ten changes took at most this long from first commit to production."),
    _spread(
        "To merge", "to_merge", "Median from a change's first commit until it came to the branch that is deployed."
    ),
    tile(
        "Left out",
        "Changes whose lead time does not count, and the kind of reason that leaves out the most.",
        "dora/left_out_most",
        "locale",
        payload={"of": "changes"},
        defaults={"decimals": 0, "links": linked(LEFT_OUT)},
    ),
)

DISTRIBUTION = Panel(
    "Distribution",
    "How many changes took how long from their first commit to production.",
    "barchart",
    "dora/lead_distribution",
    width=12,
    height=8,
    unit="short",
    empty="No change with a lead time reached production in this time range",
    columns=(
        Column("step", "Lead time"),
        Column("changes", "changes", options={"color": {"mode": "fixed", "fixedColor": "blue"}}),
        Column("share", options={"custom.hideFrom": {"legend": True, "tooltip": False, "viz": True}}),
    ),
    defaults={"decimals": 0, "custom.fillOpacity": 70, "custom.lineWidth": 1},
    options={
        "xField": "step",
        "orientation": "horizontal",
        "showValue": "auto",
        "stacking": "none",
        "groupWidth": 0.8,
        "barWidth": 0.9,
        "xTickLabelRotation": 0,
        "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
        "tooltip": {"mode": "single", "sort": "none"},
    },
)


NEVER_SHOWN = ("started_at", "number", "commit", "sha", "environment", "deployment", "team", "repo", "source", "url")
WHY_NOT = (
    Column("left_out", "Why not", options={"custom.minWidth": 220}),
    Column("merged_at", "Merged", "dateTimeFromNow", options={"custom.width": 120}),
)
HOW_LONG = (
    Column("lead_seconds", "Lead time", "s", options={"decimals": 1, "custom.width": 110}),
    Column("to_merge_seconds", "To merge", "s", options={"decimals": 1, "custom.width": 110}),
    Column("to_deploy_seconds", "To production", "s", options={"decimals": 1, "custom.width": 120}),
)


def _changes(title: str, description: str, empty: str, **more: Any) -> Panel:  # noqa: ANN401  Panel's own fields
    """Return changes with how long each took, or why it does not count."""
    is_of_left_out = more["payload"]["counts"] == "left out"
    told, other = (WHY_NOT, HOW_LONG) if is_of_left_out else (HOW_LONG, WHY_NOT)
    opens = () if is_of_left_out else (TO_DEPLOYMENT,)
    columns = (
        Column("title", "Change", links=(TO_FORGE,), options={"custom.minWidth": 220}),
        told[0],
        Column("service", "Service", options={"custom.width": 160}),
        Column("kind", "Came by", options={"custom.width": 110}),
        Column("author", "By", options={"custom.width": 120}),
        *told[1:],
        Column("deployed_at", "In production", "dateTimeFromNow", links=opens, options={"custom.width": 130}),
        *identifiers(*(column.name for column in other), *NEVER_SHOWN),
    )
    return table(title, description, "dora/changes", columns, empty=empty, **more)


BOARD = Dashboard(
    uid="opssight-lead-time",
    title="Lead time",
    description="How long a change takes from its first commit to production, which took longest, which do not count.",
    variables=(*WHERE, BANDS, reason_variable("changes")),
    lanes=LANES,
    time_from="now-90d",
    panels=(
        *TILES,
        DISTRIBUTION,
        graph(
            "Lead time over time",
            "Median and p90 lead time of the changes that reached production in each interval.",
            "dora/lead_trend",
            "s",
            width=12,
            max_points=12,
            columns=SPREAD,
            empty="No change with a lead time reached production in this time range",
        ),
        _changes(
            "Changes counted",
            "Every change whose lead time counts, the slowest first.",
            "No change with a lead time reached production in this time range",
            payload={"counts": "counted", "reason": ""},
            width=24,
            height=10,
        ),
        reasons_table("changes", TO_REASON, width=24, height=6),
        _changes(
            "Changes left out",
            "Every change whose lead time does not count, newest first, and why.",
            "No change is left out in this time range",
            payload={"counts": "left out"},
            width=24,
            height=9,
        ),
        DATA_AGE,
    ),
)
