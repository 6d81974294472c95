"""Activity: when and where do we work, and when does it break?"""

from __future__ import annotations

from datasource_server.sdk import Column, Dashboard, Heading, Link, Panel
from datasource_server.sdk.looks import (
    DATA_AGE,
    TO_FORGE,
    bar,
    bars,
    change,
    coloured,
    graph,
    identifiers,
    table,
)
from opssight_activity.boards.parts import (
    ANSWERS,
    AUTHOR,
    CHOSEN,
    FEW,
    HOUR,
    KIND,
    LANES,
    LEFT_OUT,
    SHARED,
    STUCK_DAYS,
    TIMEZONE,
    WEEKDAY,
    with_width,
)
from opssight_activity.boards.people import PEOPLE

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HERE = f"/d/opssight-activity?{CHOSEN}&${{kind:queryparam}}&${{timezone:queryparam}}"

KINDS = coloured(
    ("commit", "commits", "blue"),
    ("merge", "pull requests merged", "purple"),
    ("deployment", "deployments", "green"),
    ("failure", "✕ failures on main", "red"),
)


def _cell(name: str, title: str, url: str, colour: str, width: int) -> Column:
    """Return a column of counts, shaded by how many they are; a click opens what was counted."""
    look = {
        "custom.cellOptions": {"type": "color-background", "mode": "basic"},
        "color": {"mode": f"continuous-{colour}"},
        "custom.align": "center",
        "custom.minWidth": width,
        "decimals": 0,
        "min": 0,
    }
    return Column(name, title, links=(Link("What happened", url),), options=look)


def _days() -> tuple[Column, ...]:
    ends = (*DAYS[1:], "next")
    places = [
        f"{HERE}&from=${{__data.fields.{day}_from}}&to=${{__data.fields.{end}_from}}"
        for day, end in zip(DAYS, ends, strict=True)
    ]
    return tuple(_cell(day, day[:3].capitalize(), url, "greens", 60) for day, url in zip(DAYS, places, strict=True))


def _hours(kind: str, colour: str) -> tuple[Column, ...]:
    place = HERE.replace("${kind:queryparam}", f"var-kind={kind}" if kind else "${kind:queryparam}")
    url = f"{place}&${{__url_time_range}}&var-weekday=${{__data.fields.weekday}}&var-hour="
    return tuple(_cell(f"h{hour:02}", f"{hour:02}", f"{url}{hour}", colour, 42) for hour in range(24))


def _grid(title: str, description: str, kind: str, colour: str) -> Panel:
    return table(
        title,
        description,
        "activity/hour_grid",
        (Column("name", " ", options={"custom.width": 50}), *_hours(kind, colour), *identifiers("weekday")),
        payload={"kind": kind} if kind else {},
        width=24,
        height=9,
        empty=FEW,
    )


WEEKS = table(
    "Calendar",
    "A row a week, a column a day: commits, merged pull requests and deployments, ✕ failures. A click opens the day.",
    "activity/weeks",
    (
        Column("week_of", "Week of", options={"custom.width": 95}),
        *_days(),
        Column("total", "Week", options={"custom.width": 105}),
        *identifiers(*(f"{day}_from" for day in (*DAYS, "next"))),
    ),
    width=14,
    height=11,
    empty=FEW,
)

OPENS = Link("Open its run, or the forge", "${__data.fields.opens}", new_tab=True)

ITEMS = table(
    "What happened",
    "Commits, merged pull requests, deployments to production and failures on main, newest first, at most 1,000.",
    "activity/items",
    (
        Column("title", "What", links=(TO_FORGE,), options={"custom.minWidth": 240}),
        Column("kind", "Kind", options={"custom.width": 115}),
        Column("happened_at", "When", "dateTimeFromNow", options={"custom.width": 130}),
        Column("repo", "Repository", options={"custom.width": 200}),
        Column("author", "By", options={"custom.width": 130}),
        Column("reference", "Reference", links=(OPENS,), options={"custom.width": 130}),
        *identifiers("team", "run", "opens", "url"),
    ),
    width=24,
    height=12,
    empty="Nothing happened in this time range",
)


def _counts(title: str, by: str, name: str) -> Panel:
    return table(
        title,
        "Commits without bots' and merge commits, by how many people, and the change against the period before.",
        "activity/commit_counts",
        (
            Column("name", name, options={"custom.minWidth": 180}),
            bar("commits", "Commits", "locale", 105, decimals=0),
            change("commits_change", "Δ", 75, worse=-0.2),
            Column("people", "People", options={"custom.width": 65}),
            *identifiers("last_at"),
        ),
        payload={"by": by},
        width=8,
        height=9,
        empty=FEW,
    )


MERGED = {
    "custom.drawStyle": "bars",
    "custom.fillOpacity": 50,
    "color": {"mode": "fixed", "fixedColor": "purple"},
    "decimals": 0,
    "min": 0,
}
A_PERSON = {
    "custom.axisPlacement": "right",
    "color": {"mode": "fixed", "fixedColor": "orange"},
    "decimals": 1,
    "min": 0,
}

BOARD = Dashboard(
    uid="opssight-activity",
    title="Activity",
    menu=14,
    description="When and where we work and when it breaks. Bots are left out; figures need three people or yourself. "
    "Service and environment choose among deployments.",
    variables=(*SHARED, AUTHOR, KIND, TIMEZONE, WEEKDAY, HOUR, STUCK_DAYS),
    lanes=LANES,
    time_from="now-90d",
    panels=(
        *(with_width(answer, 4) for answer in ANSWERS),
        WEEKS,
        bars(
            "By day",
            "Commits, merged pull requests, deployments to production, and failed runs on default branches.",
            "activity/days",
            KINDS,
            width=10,
            height=11,
            max_points=90,
            empty=FEW,
        ),
        graph(
            "Velocity",
            "Pull requests merged a week, and a week and person where three people or more merged.",
            "activity/velocity",
            "short",
            width=24,
            height=7,
            columns=(
                Column("merged", "merged", options=MERGED),
                Column("merged_per_person", "a person, at the right", options=A_PERSON),
            ),
            empty=FEW,
        ),
        _grid("Hours of work", "What is chosen above by weekday and hour. A click opens the rows.", "", "greens"),
        _grid("Hours of failures", "Failed runs on default branches by weekday and hour.", "failure", "reds"),
        ITEMS,
        _counts("Commits by repository", "repo", "Repository"),
        _counts("Commits by team", "team", "Team"),
        _counts("Commits by author", "author", "Author"),
        LEFT_OUT,
        Heading("Who is who"),
        *PEOPLE,
        DATA_AGE,
    ),
)
