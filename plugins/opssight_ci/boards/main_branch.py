"""Main branch: what is red, since when, by whom, and how soon do we mend it?"""

from __future__ import annotations

from dataclasses import replace

from datasource_server.sdk import Column, Dashboard, Link, Panel
from datasource_server.sdk.looks import (
    DATA_AGE,
    KEEP,
    REPO,
    TEAM,
    TO_RUN,
    bar,
    change,
    identifiers,
    table,
    tile,
)
from opssight_ci.boards.parts import PIPELINE, PIPELINE_NAME, REPOSITORY, STATUS, TARGET

TO_BOARD = Link("Times to green", f"/d/opssight-main-branch?{KEEP}")
TO_FIX = Link("Open the run that mended it", "/d/opssight-run?${__url_time_range}&var-run=${__data.fields.fixed_run}")

MAIN_BRANCHES = table(
    "Main branch",
    "Each pipeline on its default branch: red since when, and by which commit and author.",
    "ci/main_branches",
    (
        PIPELINE_NAME,
        Column("status", "Now", kind="status", options={"custom.width": 95}),
        Column("red_since", "Red since", "dateTimeFromNow", options={"custom.width": 120}),
        REPOSITORY,
        Column("broken_title", "Broken with", links=(TO_RUN,), options={"custom.minWidth": 120}),
        Column("broken_by", "By", options={"custom.width": 95}),
        *identifiers("broken_sha", "last_at", "team", "source", "run", "url"),
    ),
    width=12,
    height=9,
    empty="No run on a default branch has ended yet",
    links=(TO_BOARD,),
)

EPISODES = table(
    "Times of red",
    "Each time a pipeline was red on its default branch, from the end of the failure to the end of the next success: "
    "which commit broke it, which mended it, or whether a re-run did.",
    "ci/red_episodes",
    (
        PIPELINE_NAME,
        STATUS,
        Column("red_seconds", "Red for", "s", options={"decimals": 1, "custom.width": 100}),
        Column("broken_title", "Broken with", links=(TO_RUN,), options={"custom.minWidth": 180}),
        Column("broken_by", "By", options={"custom.width": 120}),
        Column("fixed_title", "Mended with", links=(TO_FIX,), options={"custom.minWidth": 180}),
        Column("red_at", "Since", "dateTimeFromNow", options={"custom.width": 120}),
        REPOSITORY,
        *identifiers(
            "fixed_by",
            "green_at",
            "failures",
            "mended_by",
            "broken_sha",
            "fixed_sha",
            "fixed_run",
            "team",
            "source",
            "run",
            "url",
        ),
    ),
    width=24,
    height=10,
    empty="No default branch was red in this time range",
)


NAMES = {"team": "Team", "repo": "Repository"}


def times_to_green(title: str, by: str) -> Panel:
    """Return the times to green, summed up by `by`."""
    return table(
        title,
        "How long default branches stayed red, and the share that was green again within the target; times that are "
        "still open count with their age.",
        "ci/time_to_green",
        (
            Column("name", NAMES[by], options={"custom.minWidth": 180}),
            bar("within_target", "In target", "percentunit", 100, decimals=0, max=1),
            change("within_change", "Δ", 65, worse=-0.05),
            Column("p50_seconds", "p50", "s", options={"decimals": 1, "custom.width": 88}),
            Column("p90_seconds", "p90", "s", options={"decimals": 1, "custom.width": 88}),
            Column("times", "Times", options={"custom.width": 60}),
            Column("open_now", "Red now", options={"custom.width": 75}),
            *identifiers("by_rerun", "red_hours"),
        ),
        payload={"by": by},
        width=12,
        height=8,
        empty="No default branch became red in this time range",
    )


BOARD = Dashboard(
    uid="opssight-main-branch",
    title="Main branch",
    description="Which default branches are red, since when and by which commit, and how soon they are green again.",
    variables=(TEAM, REPO, PIPELINE, TARGET),
    panels=(
        tile(
            "Red on main",
            "Pipelines whose newest ended run on the default branch failed, and the one that has been red the longest.",
            "ci/red_pipelines",
            "short",
            width=12,
            empty="no runs yet",
            thresholds=((None, "green"), (1, "orange"), (4, "red")),
            defaults={"links": [{"title": "The branches counted", "url": f"{TO_BOARD.url}&viewPanel=3"}]},
        ),
        tile(
            "Time to green",
            "Median time that a default branch stayed red, and the share of times within the target.",
            "ci/green_again",
            "s",
            width=12,
            empty="never red",
            defaults={"decimals": 1, "links": [{"title": "The times counted", "url": f"{TO_BOARD.url}&viewPanel=6"}]},
        ),
        replace(MAIN_BRANCHES, width=24, links=()),
        times_to_green("Time to green by team", "team"),
        times_to_green("Time to green by repository", "repo"),
        EPISODES,
        DATA_AGE,
    ),
)
