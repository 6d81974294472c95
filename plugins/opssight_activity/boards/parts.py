"""Pieces that the boards of activity share: variables, links, the answer tiles."""

from __future__ import annotations

from dataclasses import replace

from datasource_server.sdk import Column, Lane, Panel, Variable
from datasource_server.sdk.looks import ENVIRONMENT, KEEP, REPO, SERVICE, TEAM, identifiers, table, tile

AUTHOR = Variable("author", "Author", "activity/authors")
"""Oneself; everybody for those who may see single people."""

KIND = Variable("kind", "What", "activity/kinds")
TIMEZONE = Variable("timezone", "Time zone", "activity/timezones", multi=False, default="UTC")
ONLY = Variable("only", "Only", "activity/only")
WEEKDAY = Variable("weekday", "Weekday, 1 to 7", kind="text", default="")
HOUR = Variable("hour", "Hour", kind="text", default="")
STUCK_DAYS = Variable("stuck_days", "Stuck after days", kind="text", default="7")

SHARED = (TEAM, SERVICE, REPO, ENVIRONMENT)
"""The variables that every board has; service and environment choose among deployments."""

OWN = "${service:queryparam}&${environment:queryparam}&${author:queryparam}"
CHOSEN = f"${{team:queryparam}}&${{repo:queryparam}}&{OWN}"

TO_PULLS = f"/d/opssight-pull-requests?{KEEP}&{OWN}"

LANES = (
    Lane("Deployments", "ci/deploy_lane", "blue", is_on=False),
    Lane("Failures on main", "ci/failure_lane", "red", is_on=False),
)

"""Off at first: those of a month or more would hide the bars."""

FEW = "Nothing in this time range, or fewer than three people"
"""What an empty panel of figures about people says."""


def _leads_to(title: str, only: str = "") -> dict[str, object]:
    """Return the field options that open the rows which a tile counts."""
    narrowed = f"&var-only={only}" if only else ""
    return {"links": [{"title": title, "url": f"{TO_PULLS}{narrowed}"}]}


ANSWERS = (
    tile(
        "Merged",
        "Pull requests merged, the change against the period before, and how many a week that is for each person.",
        "activity/merges",
        "locale",
        empty="none merged",
        defaults={"decimals": 0} | _leads_to("The pull requests counted"),
    ),
    tile(
        "Open age",
        "Median age of the pull requests that are open at the end of the time range; drafts count.",
        "activity/open_age",
        "s",
        empty="none open",
        defaults={"decimals": 1} | _leads_to("The open pull requests"),
    ),
    tile(
        "Stuck",
        "Open for more days than the board says, drafts left out.",
        "activity/stuck",
        "locale",
        empty="none open",
        thresholds=((None, "green"), (1, "orange"), (10, "red")),
        defaults={"decimals": 0} | _leads_to("The stuck ones", "stuck"),
    ),
    tile(
        "First review",
        "Median time from opened to the first review by somebody else, of the reviews given in this time range.",
        "activity/first_review",
        "s",
        empty="no reviews",
        defaults={"decimals": 1} | _leads_to("The pull requests counted"),
    ),
    tile(
        "Unreviewed",
        "Share of merged pull requests that nobody but their author, or only a bot, reviewed.",
        "activity/unreviewed",
        "percentunit",
        empty="none merged",
        thresholds=((None, "green"), (0.05, "orange"), (0.2, "red")),
        defaults={"decimals": 0} | _leads_to("The unreviewed ones", "unreviewed"),
    ),
    tile(
        "Size",
        "Median number of lines that a merged pull request adds and removes; XL ones have more than 1,000.",
        "activity/size",
        "locale",
        empty="no sizes known",
        defaults={"decimals": 0} | _leads_to("The large ones", "large"),
    ),
)

LEFT_OUT = table(
    "Left out",
    "What the figures of this board leave out, and why.",
    "activity/left_out",
    (
        Column("what", "What", options={"custom.width": 270}),
        Column("rows_left_out", "Rows", "locale", options={"custom.width": 75}),
        Column("reason", "Why", options={"custom.minWidth": 260}),
    ),
    width=24,
    height=6,
    empty="Nothing is left out",
)


def with_width(panel: Panel, width: int) -> Panel:
    """Return the panel, so many grid units wide."""
    return replace(panel, width=width)


def pull_columns(*columns: Column) -> tuple[Column, ...]:
    """Return the columns of a list of pull requests: those given, and what its links need."""
    return (*columns, *identifiers("number", "reviewers", "team", "source", "url"))
