"""Pull requests: what waits, for how long, and who reviews?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard, Link
from datasource_server.sdk.looks import DATA_AGE, TO_FORGE, bar, bars, coloured, graph, identifiers, signed, table
from opssight_activity.boards.parts import (
    ANSWERS,
    AUTHOR,
    FEW,
    LANES,
    LEFT_OUT,
    ONLY,
    SHARED,
    STUCK_DAYS,
    TO_PULLS,
    pull_columns,
    with_width,
)

OF_TEAM = TO_PULLS.replace("${team:queryparam}", "var-team=${__data.fields.team}")
TO_TEAM = Link("The team's pull requests", OF_TEAM)
TO_STUCK = Link("The stuck ones", f"{OF_TEAM}&var-only=stuck")
TO_UNREVIEWED = Link("The unreviewed ones", f"{OF_TEAM}&var-only=unreviewed")

SIZES = coloured(
    ("XS ≤ 10", "XS, up to 10 lines", "#c0d8ff"),
    ("S ≤ 50", "S, up to 50", "#8ab8ff"),
    ("M ≤ 250", "M, up to 250", "#5794f2"),
    ("L ≤ 1000", "L, up to 1,000", "#3274d9"),
    ("XL > 1000", "XL, more", "#1f60c4"),
    ("unknown", "? not known", "#8e8e8e"),
)

TEAMS = table(
    "By team",
    "Each team's pull requests: open and stuck now, merged in this time range, without a review by somebody else.",
    "activity/pulls_by_team",
    (
        Column("owner", "Team", links=(TO_TEAM,), options={"custom.minWidth": 150}),
        bar("stuck", "Stuck", "locale", 120, decimals=0),
        bar("unreviewed_rate", "Unreviewed", "percentunit", 140, decimals=0),
        Column("first_review_seconds", "First review", "s", options={"decimals": 1, "custom.width": 110}),
        Column("open_pulls", "Open", links=(TO_TEAM,), options={"custom.width": 75}),
        Column("age_seconds", "Open age", "s", options={"decimals": 1, "custom.width": 100}),
        Column("merged", "Merged", "locale", links=(TO_TEAM,), options={"custom.width": 85}),
        Column("changed_lines", "Lines", options={"decimals": 0, "custom.width": 80}),
        *identifiers("unreviewed", "team"),
    ),
    width=24,
    height=6,
    empty="No pull requests in this time range",
)

OPEN = table(
    "Open pull requests",
    "Pull requests that are open at the end of the time range, the oldest first, and what each waits for.",
    "activity/open_pulls",
    pull_columns(
        Column("title", "Pull request", links=(TO_FORGE,), options={"custom.minWidth": 190}),
        bar("age_seconds", "Age", "s", 160, decimals=1),
        signed("state", "State", **{"custom.width": 95}),
        Column("waits_for", "Waits for", options={"custom.width": 130}),
        Column("repo", "Repository", options={"custom.minWidth": 150}),
        Column("author", "By", options={"custom.width": 120}),
        Column("first_review_seconds", "First review", "s", options={"decimals": 1, "custom.width": 110}),
        Column("changed_lines", "Lines", "locale", options={"custom.width": 80}),
        *identifiers("created_at"),
    ),
    width=24,
    height=11,
    empty="No pull request is open",
)

MERGED = table(
    "Merged pull requests",
    "Pull requests merged in this time range, newest first, at most 1,000, and whether somebody else reviewed them.",
    "activity/merged_pulls",
    pull_columns(
        Column("title", "Pull request", links=(TO_FORGE,), options={"custom.minWidth": 200}),
        signed("review", "Review", **{"custom.width": 130}),
        Column("merged_at", "Merged", "dateTimeFromNow", options={"custom.width": 120}),
        Column("repo", "Repository", options={"custom.minWidth": 150}),
        Column("author", "By", options={"custom.width": 120}),
        Column("open_seconds", "Was open", "s", options={"decimals": 1, "custom.width": 100}),
        Column("first_review_seconds", "First review", "s", options={"decimals": 1, "custom.width": 110}),
        Column("changed_lines", "Lines", "locale", options={"custom.width": 80}),
        *identifiers("merged_by"),
    ),
    width=24,
    height=11,
    empty="No pull request was merged in this time range",
)

AGES = table(
    "Open by age",
    "How long the open pull requests have been open, and how many of them nobody has looked at.",
    "activity/ages",
    (
        Column("age", "Open", options={"custom.minWidth": 100}),
        bar("pulls", "Number", "locale", 105, decimals=0),
        Column("unseen", "Unseen", options={"custom.width": 75}),
        Column("approved", "Approved", options={"custom.width": 85}),
        Column("drafts", "Drafts", options={"custom.width": 65}),
    ),
    width=8,
    height=8,
    empty="No pull request is open",
)

LOAD = table(
    "Review load by team",
    "Reviews, a reviewer and pull request each, and how few people gave half of them.",
    "activity/review_load",
    (
        Column("owner", "Team", options={"custom.minWidth": 130}),
        bar("reviews", "Reviews", "locale", 120, decimals=0),
        Column("reviewers", "People", options={"custom.width": 75}),
        Column("reviews_each", "Median", options={"decimals": 0, "custom.width": 80}),
        Column("half_by", "Half by", options={"custom.width": 80}),
    ),
    width=12,
    height=7,
    empty=FEW,
)

REVIEWERS = table(
    "Reviews by person",
    "Reviews that you gave, in how many repositories and for how many authors.",
    "activity/reviewers",
    (
        Column("person", "Person", options={"custom.minWidth": 200}),
        bar("reviews", "Reviews", "locale", 120, decimals=0),
        Column("authors", "Authors", options={"custom.width": 80}),
        Column("repos", "Repositories", options={"custom.width": 105}),
    ),
    width=12,
    height=7,
    empty="No reviews in this time range",
)

BOARD = Dashboard(
    uid="opssight-pull-requests",
    title="Pull requests",
    description="What waits for a review, what was merged without one, and how large changes are. Bots are left out.",
    variables=(*SHARED, AUTHOR, ONLY, STUCK_DAYS),
    lanes=LANES,
    time_from="now-30d",
    panels=(
        *(with_width(answer, 4) for answer in ANSWERS),
        TEAMS,
        OPEN,
        AGES,
        graph(
            "First review over time",
            "Median and nine of ten, from opened to the first review by somebody else.",
            "activity/first_reviews",
            "s",
            width=8,
            max_points=42,
            columns=coloured(("p50_seconds", "median", "blue"), ("p90_seconds", "nine of ten", "orange")),
            empty=FEW,
        ),
        bars("Sizes", "Pull requests merged a week by lines changed.", "activity/sizes", SIZES, width=8, empty=FEW),
        MERGED,
        LOAD,
        REVIEWERS,
        LEFT_OUT,
        DATA_AGE,
    ),
)
