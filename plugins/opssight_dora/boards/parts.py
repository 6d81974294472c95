"""Pieces that the boards of DORA share: variables, lanes, the tiles of the keys, and tables of what is left out."""

from __future__ import annotations

from typing import Any

from datasource_server.sdk import Column, Lane, Link, Panel, Variable
from datasource_server.sdk.looks import (
    ENVIRONMENT,
    KEEP,
    REPO,
    SERVICE,
    TEAM,
    TO_FORGE,
    TO_RUN,
    bar,
    coloured,
    identifiers,
    table,
    tile,
)

WHERE = (TEAM, SERVICE, REPO, ENVIRONMENT)
BANDS = Variable("bands", "Bands", "dora/bands", multi=False, default="")
DEPLOYMENT = Variable("deployment", "Deployment", kind="text", default="")
FOLLOWED = Variable("followed", "What followed", "dora/followed")

KEPT = f"{KEEP}&${{service:queryparam}}&${{environment:queryparam}}"
"""What a link between these boards carries along."""

TO_DEPLOYMENT = Link("Its changes", "/d/opssight-deployments?" + KEPT + "&var-deployment=${__data.fields.deployment}")

LANES = (
    Lane("Deployments", "ci/deploy_lane", "blue"),
    Lane("Incidents", "dora/incident_lane", "red"),
)

SPREAD = coloured(("p50_seconds", "median", "blue"), ("p90_seconds", "p90", "orange"))

READ_AS = "Below it: its band, its change against the period before, the rows counted / the rows left out."
"""How the sentence of a key's tile reads."""


def reason_variable(of: str) -> Variable:
    """Return the variable of the reasons why deployments, or changes, are left out."""
    return Variable("reason", "Reason", "dora/reasons", payload={"of": of})


def key_tile(title: str, key: str, description: str, unit: str, **more: Any) -> Panel:  # noqa: ANN401  Panel's own
    """Return the tile of one key; `links` lead to the rows that it counts and leaves out."""
    defaults = {"links": more.pop("links"), **more.pop("defaults", {})}
    words = f"{description} {READ_AS}"
    return tile(title, words, "dora/keys", unit, payload={"key": key}, defaults=defaults, **more)


def linked(*links: tuple[str, str]) -> list[dict[str, str]]:
    """Return links of a field: (title, address)."""
    return [{"title": title, "url": url} for title, url in links]


def reasons_table(of: str, opens: Link, **more: Any) -> Panel:  # noqa: ANN401  Panel's own fields
    """Return how many deployments or changes are left out for which kind of reason."""
    return table(
        "Left out, by reason",
        f"Why {of} of every tier are not counted, each kind of reason with an example; the number opens the rows."
        if of == "deployments"
        else f"Why {of} have no lead time that counts, each kind of reason with an example; the number opens the rows.",
        "dora/left_out",
        (
            Column("reason", "Reason", links=(opens,), options={"custom.minWidth": 150}),
            bar("left_out", of.capitalize(), "short", 130, decimals=0),
            Column("example", "The latest", options={"custom.minWidth": 180}),
            Column("last_at", "When", "dateTimeFromNow", options={"custom.width": 120}),
            *identifiers("share", "services", "of"),
        ),
        payload={"of": of},
        empty="Nothing is left out in this time range",
        **more,
    )


NEVER_SHOWN = (
    *("lead_left_out", "restore_seconds", "duration_seconds", "tier", "sha", "previous_sha"),
    *("team", "repo", "source", "deployment", "run", "failure_url", "url"),
)


def deployments_table(title: str, description: str, empty: str, **more: Any) -> Panel:  # noqa: ANN401
    """Return deployments, newest first, with what each brought and what followed."""
    is_of_left_out = more.get("payload", {}).get("counts") == "left out"
    words = Column("left_out", "Why not", options={"custom.minWidth": 190})
    followed = Column("what_followed", "What followed", options={"custom.minWidth": 190})
    return table(
        title,
        description,
        "dora/deployments",
        (
            Column("status", "Result", kind="status", options={"custom.width": 100}),
            Column("service", "Service", links=(TO_DEPLOYMENT,), options={"custom.minWidth": 120}),
            words if is_of_left_out else followed,
            Column("version", "Version", links=(TO_RUN, TO_FORGE), options={"custom.width": 130}),
            Column("ended_at", "When", "dateTimeFromNow", options={"custom.width": 120}),
            Column("rule", "Rule", options={"custom.minWidth": 140}),
            *_last_columns(is_of_left_out=is_of_left_out),
            *identifiers("what_followed" if is_of_left_out else "left_out", *NEVER_SHOWN),
        ),
        empty=empty,
        width=24,
        **more,
    )


def _last_columns(*, is_of_left_out: bool) -> tuple[Column, ...]:
    place = Column("environment", "Environment", options={"custom.width": 115})
    actor = Column("actor", "By", options={"custom.width": 100})
    changes = Column("change_count", "Changes", options={"custom.width": 85})
    lead = Column("lead_seconds", "Lead p50", "s", options={"decimals": 1, "custom.width": 100})
    if is_of_left_out:
        return (place, actor, *identifiers("change_count", "lead_seconds"))
    return (changes, lead, *identifiers("environment", "actor"))
