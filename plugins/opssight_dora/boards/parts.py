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
    signed,
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
    Lane("Deployments", "ci/deploy_lane", "blue", is_on=False),
    Lane("Incidents", "dora/incident_lane", "red", is_on=False),
)
"""Off at first: those of three months would hide the lines."""

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


def deployments_tile(*links: tuple[str, str]) -> Panel:
    """Return the tile of the deployments counted."""
    return key_tile(
        "Deployments",
        "deployments",
        "Successful deliveries of a version to production; failed ones are left out.",
        "locale",
        empty="none yet",
        links=linked(*links),
        defaults={"decimals": 0},
    )


def lead_time_tile() -> Panel:
    """Return the tile of the lead time, which opens the changes."""
    return key_tile(
        "Lead time",
        "lead_time",
        "Median from a change's first commit to the finish of the first production deployment that contains it.",
        "s",
        empty="no changes yet",
        links=linked(("The changes counted and left out", f"/d/opssight-lead-time?{KEPT}&${{bands:queryparam}}")),
        defaults={"decimals": 1},
    )


def reasons_table(of: str, opens: Link, **more: Any) -> Panel:  # noqa: ANN401  Panel's own fields
    """Return how many deployments or changes are left out for which kind of reason."""
    return table(
        "Left out, by reason",
        f"Why {of} of every tier are not counted, each kind of reason with an example; the number opens the rows."
        if of == "deployments"
        else f"Why {of} have no lead time that counts, each kind of reason with an example; the number opens the rows.",
        "dora/left_out",
        (
            Column("reason", "Reason", links=(opens,), options={"custom.width": 180}),
            bar("left_out", of.capitalize(), "locale", 140, decimals=0),
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
    """Return deployments, newest first, with what each brought and what followed, or why it does not count."""
    counts = more.get("payload", {}).get("counts", "")
    is_of_left_out = counts == "left out"
    words = signed("left_out", "Why not", **{"custom.minWidth": 220})
    followed = signed("what_followed", "What followed", **{"custom.minWidth": 220})
    return table(
        title,
        description,
        "dora/deployments",
        (
            Column("status", "Result", kind="status", options={"custom.width": 100}),
            Column("service", "Service", links=(TO_DEPLOYMENT,), options={"custom.width": 150}),
            words if is_of_left_out else followed,
            Column("version", "Version", links=(TO_RUN,), options={"custom.width": 130}),
            Column("ended_at", "When", "dateTimeFromNow", links=(TO_FORGE,), options={"custom.width": 125}),
            *_last_columns(counts),
            Column("rule", "Rule", options={"custom.width": 200, "custom.inspect": True}),
            *identifiers("what_followed" if is_of_left_out else "left_out", *NEVER_SHOWN),
        ),
        empty=empty,
        width=24,
        **more,
    )


def _last_columns(counts: str) -> tuple[Column, ...]:
    """Return what else is told of deployments: of those counted what they brought, of others where they went."""
    place = Column("environment", "Environment", options={"custom.width": 115})
    actor = Column("actor", "By", options={"custom.width": 120})
    changes = Column("change_count", "Changes", options={"custom.width": 85})
    lead = Column("lead_seconds", "Lead p50", "s", options={"decimals": 1, "custom.width": 100})
    if counts == "left out":
        return (place, actor, *identifiers("change_count", "lead_seconds"))
    if counts == "counted":
        return (changes, lead, *identifiers("environment", "actor"))
    return (place, changes, *identifiers("lead_seconds", "actor"))
