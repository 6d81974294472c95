"""Who is who: people of whom no login is known, and people who may be one. For those who may see single people."""

from __future__ import annotations

from datasource_server.sdk import Column
from datasource_server.sdk.looks import bar, identifiers, table, told

NOT_FOR_YOU = "Nobody, or you may see only figures of your own"

PEOPLE = (
    table(
        "Possible merges",
        "People who may be one, and the line of the settings, under [activity] people, that makes them one.",
        "activity/merge_suggestions",
        (
            Column("person", "Person", options={"custom.width": 160}),
            Column("other", "And", options={"custom.width": 190}),
            bar("score", "Likely", "percentunit", 110, decimals=0, max=1),
            told("evidence", "Because", 220),
            told("setting", "Setting", 300),
            *identifiers("team"),
        ),
        width=24,
        height=6,
        empty=NOT_FOR_YOU,
    ),
    table(
        "Without a login",
        "Authors of commits of whom no login is known: they count as people, but can't see figures of their own.",
        "activity/unmatched",
        (
            Column("person", "Person", options={"custom.width": 200}),
            bar("commits", "Commits", "locale", 110, decimals=0),
            Column("last_at", "Last", "dateTimeFromNow", options={"custom.width": 120}),
            Column("names", "Names", options={"custom.minWidth": 140}),
            *identifiers("repos", "matched"),
        ),
        width=24,
        height=6,
        empty=NOT_FOR_YOU,
    ),
)
