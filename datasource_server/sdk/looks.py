"""Looks: the pieces that boards are made of, so that one meaning has one look on all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasource_server.sdk.dashboard import Column, Link, Panel, Variable

KEEP = "${__url_time_range}&${team:queryparam}&${repo:queryparam}"
"""What a link to another board carries along; add `&${service:queryparam}` and the like where a board has them."""

TEAM = Variable("team", "Team", "teams/teams")
SERVICE = Variable("service", "Service", "dora/services")
REPO = Variable("repo", "Repository", "ci/repos")
ENVIRONMENT = Variable("environment", "Environment", "dora/environments")
"""The variables that mean the same on every board, in the order in which boards show them."""

TO_RUN = Link("Open the run", "/d/opssight-run?${__url_time_range}&var-run=${__data.fields.run}")
"""From a row with the column `run` to the board of that run."""

TO_FORGE = Link("Open in the forge", "${__data.fields.url}", new_tab=True)
"""From a row to its page in the tool itself."""


def tile(title: str, description: str, query: str, unit: str, **more: Any) -> Panel:  # noqa: ANN401  Panel's own fields
    """Return one answer: a number, and the sentence that explains it."""
    defaults: Mapping[str, Any] = {"displayName": "${__data.fields.sentence}", "color": {"mode": "thresholds"}}
    options = {
        "graphMode": "none",
        "colorMode": "value",
        "textMode": "value_and_name",
        "wideLayout": False,
        "justifyMode": "center",
        "reduceOptions": {"values": True, "limit": more.pop("limit", 1), "calcs": [], "fields": ""},
        "text": {"titleSize": 13, "valueSize": 30},
    }
    size = {"width": 4, "height": 4} | {name: more.pop(name) for name in ("width", "height") if name in more}
    thresholds = more.pop("thresholds", ((None, "text"),))
    defaults = {**defaults, **more.pop("defaults", {})}
    return Panel(
        title,
        description,
        "stat",
        query,
        unit=unit,
        thresholds=thresholds,
        defaults=defaults,
        options=options,
        **size,
        **more,
    )


def saying(title: str, description: str, query: str, column: str, **more: Any) -> Panel:  # noqa: ANN401
    """Return words of the answer's column, coloured by the sign that they begin with, one tile for each row."""
    options = {
        "graphMode": "none",
        "colorMode": "value",
        "textMode": "value",
        "wideLayout": True,
        "justifyMode": more.pop("justify", "center"),
        "orientation": more.pop("orientation", "auto"),
        "reduceOptions": {"values": True, "limit": 20, "calcs": [], "fields": f"/^{column}$/"},
        "text": {"valueSize": more.pop("size", 24)},
    }
    look: Mapping[str, Any] = {
        "unit": "string",
        "thresholds": ((None, "text"),),
        "defaults": {"mappings": [_signed(*each) for each in SIGNS], "color": {"mode": "thresholds"}},
    }
    return Panel(title, description, "stat", query, options=options, **look, **more)


SIGNS = ((0, "✓", "green"), (1, "[!▶◔]", "orange"), (2, "✕", "red"))


def _signed(place: int, signs: str, colour: str) -> dict[str, Any]:
    result = {"index": place, "text": "$1", "color": colour}
    return {"type": "regex", "options": {"pattern": f"(^{signs}.*)", "result": result}}


def table(title: str, description: str, query: str, columns: tuple[Column, ...], **more: Any) -> Panel:  # noqa: ANN401
    """Return rows; the columns of identifiers are hidden."""
    options = {"cellHeight": "sm", "showHeader": True, "footer": {"show": False, "reducer": [], "fields": ""}}
    defaults = {"custom.filterable": False, "custom.align": "auto", "custom.minWidth": 70}
    look: Mapping[str, Any] = {"options": options, "defaults": defaults, "thresholds": ((None, "text"),)}
    return Panel(title, description, "table", query, columns=columns, **look, **more)


def graph(title: str, description: str, query: str, unit: str, **more: Any) -> Panel:  # noqa: ANN401
    """Return lines over time."""
    defaults = {"custom.lineWidth": 2, "custom.fillOpacity": 8, "custom.showPoints": "auto", "custom.spanNulls": True}
    options = {
        "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    axis = {"decimals": 1, "min": 0} if unit == "s" else {}
    defaults = {**defaults, **axis, **more.pop("defaults", {})}
    return Panel(title, description, "timeseries", query, unit=unit, defaults=defaults, options=options, **more)


def bars(title: str, description: str, query: str, columns: tuple[Column, ...], **more: Any) -> Panel:  # noqa: ANN401
    """Return stacked bars over time, of counts where no other `unit` is given."""
    stacked = {
        "custom.drawStyle": "bars",
        "custom.fillOpacity": 70,
        "custom.lineWidth": 1,
        "custom.stacking": {"mode": "normal", "group": "A"},
        "min": 0,
    }
    unit = more.pop("unit", "short")
    whole = {"decimals": 0} if unit == "short" else {}
    return graph(title, description, query, unit, columns=columns, defaults=stacked | whole, **more)


def identifiers(*names: str) -> tuple[Column, ...]:
    """Return columns that links need and nobody wants to read."""
    return tuple(Column(name, hidden=True) for name in names)


def bar(name: str, title: str, unit: str, width: int, **options: Any) -> Column:  # noqa: ANN401  Grafana's own options
    """Return a column of numbers with a bar behind each, the longest behind the column's largest."""
    look = {
        "custom.cellOptions": {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"},
        "color": {"mode": "fixed", "fixedColor": "blue"},
        "custom.width": width,
        "fieldMinMax": True,
        "min": 0,
    }
    return Column(name, title, unit, options=look | options)


def signed(name: str, title: str, **options: Any) -> Column:  # noqa: ANN401  Grafana's own options
    """Return a column of words, coloured by the sign that they begin with."""
    look = {"mappings": [_signed(*each) for each in SIGNS], "custom.cellOptions": {"type": "color-text"}}
    return Column(name, title, options=look | options)


def told(name: str, title: str, width: int) -> Column:
    """Return a column of sentences; one that is too long opens with a click on the eye that hovering shows."""
    return Column(name, title, options={"custom.minWidth": width, "custom.inspect": True})


def change(name: str, title: str, width: int, worse: float) -> Column:
    """Return a column of changes against the period before, coloured from `worse` on; below 0 where less is worse."""
    steps: list[tuple[float | None, str]] = [(None, "red"), (worse, "text"), (-worse, "green")]
    if worse > 0:
        steps = [(None, "green"), (-worse, "text"), (worse, "red")]
    unknown = {"match": "null", "result": {"index": 0, "text": "–", "color": "text"}}
    much = {"from": 9, "to": None, "result": {"index": 1, "text": "> 10 ×"}}
    look = {
        "mappings": [{"type": "special", "options": unknown}, {"type": "range", "options": much}],
        "custom.cellOptions": {"type": "color-text"},
        "color": {"mode": "thresholds"},
        "thresholds": {"mode": "absolute", "steps": [{"value": start, "color": colour} for start, colour in steps]},
        "decimals": 0,
        "custom.width": width,
    }
    return Column(name, title, "percentunit", options=look)


def coloured(*looks: tuple[str, str, str]) -> tuple[Column, ...]:
    """Return series with a fixed colour and a name with a glyph: (series, shown name, colour)."""
    return tuple(
        Column(name, shown, options={"color": {"mode": "fixed", "fixedColor": colour}}) for name, shown, colour in looks
    )


RESULTS = coloured(
    ("success", "✓ success", "green"),
    ("failure", "✕ failure", "red"),
    ("running", "▶ running", "blue"),
    ("queued", "◔ queued", "text"),
    ("cancelled", "⊘ cancelled", "#8e8e8e"),
    ("skipped", "– skipped", "#c0c0c0"),
)

DURATIONS = coloured(("p50_seconds", "median", "blue"), ("p95_seconds", "p95", "orange"))
TIERS = coloured(("production", "production", "purple"), ("staging", "staging", "#8e8e8e"))

DATA_AGE = saying(
    "Data as of",
    "Since each connector's latest collector finished: late past three of its intervals, stale past ten.",
    "ci/data_age",
    "sentence",
    width=24,
    height=2,
    size=13,
    justify="auto",
    orientation="vertical",
    empty="no connector has collected yet: see the README for how to connect one",
    links=(Link("Freshness", "/d/opssight-freshness"),),
    transparent=True,
)
