"""Freshness: can I believe what I see?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard, Variable
from datasource_server.sdk.looks import identifiers, saying, table, tile

CONNECTOR = Variable("connector", "Connector", "ci/connectors")

COLLECTORS = table(
    "Collectors",
    "Each collector and what it reads, the latest first: late past three of its intervals, stale past ten.",
    "ci/freshness",
    (
        Column("state", "State", kind="freshness", options={"custom.width": 95}),
        Column("connector", "Connector", options={"custom.width": 110}),
        Column("collector", "Collector", options={"custom.width": 140}),
        Column("scope", "Reads", options={"custom.minWidth": 160}),
        Column("error", "Error", options={"custom.minWidth": 200}),
        Column("succeeded_at", "Last finished", "dateTimeFromNow", options={"custom.width": 150}),
        Column("failures", "Failed in a row", options={"custom.width": 120}),
        Column("rows", "Rows", options={"custom.width": 80}),
        *identifiers("budget_left", "requests", "took_seconds", "lag_seconds", "every_seconds", "budget_resets_at"),
    ),
    width=24,
    height=9,
    empty="No collector has run yet",
)

BOARD = Dashboard(
    uid="opssight-freshness",
    title="Freshness",
    menu=99,
    description="How old the data is: each collector's last pass, errors and budget, and what could not be understood.",
    variables=(CONNECTOR,),
    folder="operator",
    time_from="now-24h",
    panels=(
        tile(
            "Failing passes",
            "Collector passes whose last try broke off.",
            "ci/collector_errors",
            "short",
            width=6,
            empty="none yet",
            thresholds=((None, "green"), (1, "red")),
        ),
        saying(
            "Age of the data",
            "Since each connector's latest collector finished: late past three of its intervals, stale past ten.",
            "ci/data_age",
            "sentence",
            width=10,
            height=4,
            size=20,
            empty="No collector has run yet",
        ),
        tile(
            "Requests left",
            "Requests that each tool still allows, and when it allows more.",
            "ci/budgets",
            "short",
            width=8,
            empty="no tool counts requests",
            limit=20,
        ),
        COLLECTORS,
        table(
            "Quarantine",
            "Signed deliveries that are kept but could not be understood; `opssight replay` reads them once more.",
            "ci/quarantine",
            (
                Column("connector", "Connector", options={"custom.width": 110}),
                Column("kind", "Event", options={"custom.width": 120}),
                Column("reason", "Reason", options={"custom.minWidth": 200}),
                Column("received_at", "Came in", "dateTimeFromNow", options={"custom.width": 130}),
                Column("receiver", "Receiver", options={"custom.width": 110}),
                Column("read_at", "Last read", "dateTimeFromNow", options={"custom.width": 130}),
                Column("delivery", "Delivery", options={"custom.minWidth": 150}),
            ),
            width=12,
            height=8,
            empty="Nothing is in quarantine",
        ),
        table(
            "Gaps",
            "Stretches that a tool did not let us read whole; numbers within them are too low.",
            "ci/gaps",
            (
                Column("connector", "Connector", options={"custom.width": 110}),
                Column("scope", "Reads", options={"custom.minWidth": 150}),
                Column("reason", "Reason", options={"custom.minWidth": 200}),
                Column("collector", "Collector", options={"custom.width": 130}),
                Column("first_at", "From", "dateTimeAsIso", options={"custom.width": 170}),
                Column("last_at", "To", "dateTimeAsIso", options={"custom.width": 170}),
            ),
            width=12,
            height=8,
            empty="No gaps are known",
        ),
    ),
)
