"""Deployments and environments: what runs where, what was deployed, and what followed?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard, Link, Panel
from datasource_server.sdk.looks import DATA_AGE, TO_FORGE, TO_RUN, bar, identifiers, signed, table, tile, told
from opssight_dora.boards.parts import (
    BANDS,
    DEPLOYMENT,
    FOLLOWED,
    KEPT,
    TO_DEPLOYMENT,
    WHERE,
    deployments_table,
    deployments_tile,
    key_tile,
    lead_time_tile,
    linked,
    reason_variable,
    reasons_table,
)

HERE = f"/d/opssight-deployments?{KEPT}&${{bands:queryparam}}"
ROWS = f"{HERE}&viewPanel=8"
COUNTED = ("The deployments", ROWS)
LEFT_OUT = ("The deployments left out", f"{HERE}&viewPanel=11")
FAILURES = ("The deployments that failed their users", f"{ROWS}&var-followed=failed")
TO_REASON = Link("These deployments", ROWS + "&var-reason=${__data.fields.reason}")


def _outcome(title: str, outcome: str, description: str, rows: str) -> Panel:
    return tile(
        title,
        description,
        "dora/outcomes",
        "locale",
        payload={"outcome": outcome},
        empty="none yet",
        defaults={"decimals": 0, "links": linked((f"The deployments that {title.lower()}", rows))},
    )


TILES = (
    deployments_tile(COUNTED, LEFT_OUT),
    _outcome(
        "Failed",
        "failed",
        "Deployments to production that failed to deploy, of all that ended; they are apart from the change fail rate.",
        f"{ROWS}&var-reason=failed",
    ),
    _outcome(
        "Rolled back",
        "rolled_back",
        "Deployments to production that brought back an earlier version.",
        f"{ROWS}&var-followed=rework",
    ),
    _outcome(
        "Failed users",
        "failed_users",
        "Deployments to production that an incident, rollback, revert or hotfix followed.",
        FAILURES[1],
    ),
    lead_time_tile(),
    key_tile(
        "Recovery",
        "recovery",
        "Median from the finish of a deployment that failed its users until they were well again.",
        "s",
        empty="none failed",
        links=linked(FAILURES),
        defaults={"decimals": 1},
    ),
)

MATRIX = table(
    "Environments",
    "What runs where: the newest version of each service in each environment, and how far it is behind what has been "
    "merged; the age is counted at the end of the time range.",
    "dora/matrix",
    (
        Column("service", "Service", links=(TO_DEPLOYMENT,), options={"custom.minWidth": 150}),
        Column("environment", "Environment", options={"custom.width": 125}),
        signed("state", "State", **{"custom.minWidth": 140}),
        Column("version", "Version", links=(TO_RUN,), options={"custom.width": 140}),
        Column("age_seconds", "Age", "s", links=(TO_FORGE,), options={"decimals": 1, "custom.width": 110}),
        Column("actor", "By", options={"custom.width": 120}),
        bar("commits_behind", "Commits behind", "locale", 160, decimals=0),
        bar("hours_behind", "Hours behind", "none", 160, decimals=1),
        *identifiers("deployed_at", "tier", "commit", "team", "repo", "source", "deployment", "run", "url"),
    ),
    width=24,
    height=10,
    empty="Nothing has been deployed yet",
)

CHANGES_OF = table(
    "Changes deployed",
    "The changes that the chosen deployment brought; of every deployment in the time range while none is chosen.",
    "dora/changes",
    (
        Column("title", "Change", links=(TO_FORGE,), options={"custom.minWidth": 220}),
        Column("lead_seconds", "Lead time", "s", options={"decimals": 1, "custom.width": 110}),
        Column("service", "Service", options={"custom.width": 150}),
        Column("kind", "Came by", options={"custom.width": 110}),
        Column("author", "By", options={"custom.width": 120}),
        told("left_out", "Not counted, because", 180),
        Column("deployed_at", "In production", "dateTimeFromNow", options={"custom.width": 130}),
        *identifiers(
            "to_merge_seconds",
            "to_deploy_seconds",
            "started_at",
            "merged_at",
            "number",
            "commit",
            "sha",
            "environment",
            "deployment",
            "team",
            "repo",
            "source",
            "url",
        ),
    ),
    payload={"reason": ""},
    width=24,
    height=8,
    empty="No change is known that this deployment brought",
)

CANDIDATES = table(
    "Candidates of incidents",
    "Which deployments may have caused each incident, the likeliest first, with what speaks for and against each.",
    "dora/candidates",
    (
        Column("incident_title", "Incident", links=(TO_FORGE,), options={"custom.width": 190}),
        Column("service", "Deployed", links=(TO_DEPLOYMENT,), options={"custom.width": 130}),
        signed("verdict", "Verdict", **{"custom.width": 160}),
        bar("score", "Score", "none", 110, decimals=2, max=1),
        Column("place", "#", options={"custom.width": 40}),
        told("evidence", "Evidence", 320),
        Column("version", "Version", links=(TO_RUN,), options={"custom.width": 125}),
        Column("opened_at", "Began", "dateTimeFromNow", options={"custom.width": 120}),
        *identifiers(
            "after_seconds",
            "incident_seconds",
            "environment",
            "team",
            "repo",
            "source",
            "incident",
            "deployment",
            "run",
            "url",
        ),
    ),
    width=24,
    height=8,
    empty="No incident with a deployment before it in this time range",
)

BOARD = Dashboard(
    uid="opssight-deployments",
    title="Deployments and environments",
    menu=12,
    description="What runs where and how far it is behind, what was deployed by which rule, and what followed.",
    variables=(*WHERE, BANDS, FOLLOWED, reason_variable("deployments"), DEPLOYMENT),
    time_from="now-30d",
    panels=(
        *TILES,
        MATRIX,
        deployments_table(
            "Every deployment",
            "Deployments to every environment, newest first: by which rule, what each brought, what followed.",
            "No deployments in this time range",
            height=10,
        ),
        CHANGES_OF,
        CANDIDATES,
        deployments_table(
            "Deployments left out",
            "Every deployment to production that the keys leave out, newest first, and why.",
            "No deployment to production is left out in this time range",
            payload={"counts": "left out", "tier": "production", "deployment": "", "followed": ""},
            height=8,
        ),
        reasons_table("deployments", TO_REASON, width=24, height=6),
        DATA_AGE,
    ),
)
