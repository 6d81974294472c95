"""Flow: in which stage do our pull requests wait?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard, Link, Panel
from datasource_server.sdk.looks import DATA_AGE, TO_FORGE, bars, coloured, identifiers, table, tile
from opssight_dora.boards.parts import KEPT, LANES, WHERE, linked

STAGES = {
    "coding": ("Coding", "first commit written to opened"),
    "pickup": ("Pickup", "opened to the first review by somebody else"),
    "review": ("Review", "first review to the first approval"),
    "ci": ("CI wait", "waited for CI between the approval and the merge"),
    "merge": ("Merge wait", "approved and green to merged"),
    "deploy": ("Deploy", "merged to production"),
}
ROWS = ("The pull requests counted", f"/d/opssight-flow?{KEPT}&viewPanel=10")
TO_REPO = Link(
    "Only this repository",
    "/d/opssight-flow?${__url_time_range}&var-team=${__data.fields.team}&var-repo=${__data.fields.repo}",
)

TILES = tuple(
    tile(
        title,
        f"Median of merged pull requests: {words}. Below it: its change, its p90, and for how many it is known.",
        "dora/stages",
        "s",
        payload={"stage": stage},
        empty="not known",
        defaults={"decimals": 1, "links": linked(ROWS)},
    )
    for stage, (title, words) in STAGES.items()
)

SERIES = coloured(
    ("coding", "C coding", "blue"),
    ("pickup", "P pickup", "orange"),
    ("review", "R review", "purple"),
    ("ci_wait", "I CI wait", "yellow"),
    ("merge_wait", "M merge wait", "red"),
    ("deploy", "D deploy", "green"),
)


def _stages(title: str, infix: str, words: str) -> Panel:
    """Return the table of all teams, each team and each repository, with one quantile of each stage."""
    other = "" if infix else "_p90"
    seconds = [
        Column(f"{stage}{infix}_seconds", name, "s", options={"decimals": 1, "custom.width": 115})
        for stage, (name, _) in STAGES.items()
    ]
    hidden = [f"{stage}{other}_seconds" for stage in STAGES]
    return table(
        title,
        f"{words} of each stage of merged pull requests, for all, each team and each repository, from their rows.",
        "dora/flow",
        (
            Column("name", "Team or repository", links=(TO_REPO,), options={"custom.minWidth": 210}),
            *seconds,
            Column("pull_requests", "Pull requests", "locale", options={"custom.width": 115}),
            *identifiers(*hidden, "team", "repo", "level"),
        ),
        width=24,
        height=9,
        empty="No pull request was merged in this time range",
    )


SLOWEST = table(
    "Slowest pull requests",
    "Merged pull requests with the time that each spent in each stage, the slowest first; – where it is not known.",
    "dora/pull_requests",
    (
        Column("title", "Pull request", links=(TO_FORGE,), options={"custom.minWidth": 200}),
        Column("whole_seconds", "Whole", "s", options={"decimals": 1, "custom.width": 100}),
        *(
            Column(f"{stage}_seconds", name, "s", options={"decimals": 1, "custom.width": 105})
            for stage, (name, _) in STAGES.items()
        ),
        *identifiers(
            "left_out", "number", "repo", "author", "service", "merged_at", "deployed_at", "team", "source", "url"
        ),
    ),
    width=24,
    height=10,
    empty="No pull request was merged in this time range",
)

BOARD = Dashboard(
    uid="opssight-flow",
    title="Flow",
    description="In which stage pull requests wait on their way from the first commit to production.",
    variables=WHERE,
    lanes=LANES,
    time_from="now-90d",
    panels=(
        *TILES,
        bars(
            "Stages over time",
            "Median time in each stage, by the moment of the merge; their sum is not the median of the whole way.",
            "dora/flow_trend",
            SERIES,
            unit="s",
            width=24,
            max_points=12,
            empty="No pull request was merged in this time range",
        ),
        _stages("Median by team and repository", "", "The median"),
        _stages("p90 by team and repository", "_p90", "The 90th percentile"),
        SLOWEST,
        DATA_AGE,
    ),
)
