"""A Dashboard as the classic dashboard JSON, schema 41, that Grafana's file provisioning reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from datasource_server import sdk
from datasource_server.render.panel import (
    DATASOURCE,
    GRID_WIDTH,
    Json,
    heading_json,
    panel_json,
    payload_of,
    target_json,
)

SCHEMA_VERSION = 41
ALL = "__all"
CARRIED = ("team", "service", "repo", "environment")
"""The variables that mean the same on every board."""


def dashboard_json(
    dashboard: sdk.Dashboard, queries: Mapping[str, sdk.Query], menu: Sequence[sdk.Dashboard] = ()
) -> Json:
    """Return the board's JSON; `queries` (by path) tell which parameters the board's variables fill.

    `menu` are the boards that the links at its top lead to, whichever connector brings them.
    """
    names = [variable.name for variable in dashboard.variables]
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": list(dashboard.tags),
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "",
        "time": {"from": dashboard.time_from, "to": "now"},
        "timepicker": {},
        "refresh": dashboard.refresh,
        "links": [*map(_link, (*_menu(dashboard, menu), *dashboard.links)), _all_boards()],
        "templating": {"list": [_variable(each, names, queries.get(each.query)) for each in dashboard.variables]},
        "annotations": {"list": [_grafanas_own(), *(_lane(each, names, queries) for each in dashboard.lanes)]},
        "panels": list(_panels(dashboard, names, queries)),
    }


def panel_number(dashboard: sdk.Dashboard, title: str) -> int:
    """Return the id of the panel of that title."""
    return next(number for number, each in enumerate(dashboard.panels, 1) if each.title == title)


def _panels(dashboard: sdk.Dashboard, names: list[str], queries: Mapping[str, sdk.Query]) -> Iterator[Json]:
    """Yield the panels, laid out from left to right, in lines as high as their highest panel."""
    left = top = line = 0
    for number, each in enumerate(dashboard.panels, 1):
        is_heading = isinstance(each, sdk.Heading)
        width, height = (GRID_WIDTH, 1) if isinstance(each, sdk.Heading) else (each.width, each.height)
        if is_heading or left + width > GRID_WIDTH:
            left, top, line = 0, top + line, 0
        position = {"x": left, "y": top, "w": width, "h": height}
        left, line = left + width, max(line, height)
        if isinstance(each, sdk.Heading):
            yield heading_json(each, number, top)
        else:
            yield panel_json(each, number, position, names, queries.get(each.query))


def _variable(variable: sdk.Variable, names: list[str], query: sdk.Query | None) -> Json:
    common = {"name": variable.name, "label": variable.label, "hide": 2 if variable.hidden else 0}
    if variable.kind == "text":
        text = "" if variable.default == ALL else variable.default
        return common | {"type": "textbox", "query": text, "current": {"text": text, "value": text}, "options": []}
    before = names[: names.index(variable.name)]
    asked = target_json("variable", variable.query, payload_of(variable.payload, before, query))
    return common | {
        "type": "query",
        "datasource": DATASOURCE,
        "definition": variable.query,
        "query": asked,
        "refresh": 2,
        "multi": variable.multi,
        "includeAll": variable.default == ALL,
        "allValue": ALL,
        "sort": 0,
        "regex": "",
        "current": _at_first(variable),
        "options": [],
    }


def _at_first(variable: sdk.Variable) -> dict[str, Any]:
    """Return what is chosen when the board opens; nothing at all makes Grafana take the first value."""
    if variable.default != ALL:
        return {}
    return {"text": ["All"], "value": ["$__all"]} if variable.multi else {"text": "All", "value": "$__all"}


def _lane(lane: sdk.Lane, names: list[str], queries: Mapping[str, sdk.Query]) -> Json:
    return {
        "name": lane.name,
        "enable": lane.is_on,
        "hide": False,
        "iconColor": lane.colour,
        "datasource": DATASOURCE,
        "target": target_json("Anno", lane.query, payload_of(lane.payload, names, queries.get(lane.query))),
    }


def _grafanas_own() -> Json:
    """Return the annotations that people make in Grafana itself."""
    return {
        "builtIn": 1,
        "name": "Annotations & Alerts",
        "type": "dashboard",
        "enable": True,
        "hide": True,
        "iconColor": "rgba(0, 211, 255, 1)",
        "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    }


def _menu(dashboard: sdk.Dashboard, menu: Sequence[sdk.Dashboard]) -> list[sdk.Link]:
    """Return a link to each board of the menu, which carries what is chosen here as far as that board has it."""
    own = {variable.name for variable in dashboard.variables}
    return [sdk.Link(each.title, _address(each, own)) for each in sorted(menu, key=lambda each: each.menu)]


def _address(board: sdk.Dashboard, own: set[str]) -> str:
    carried = [variable.name for variable in board.variables if variable.name in own and variable.name in CARRIED]
    return f"/d/{board.uid}?" + "&".join(["${__url_time_range}", *(f"${{{name}:queryparam}}" for name in carried)])


def _link(link: sdk.Link) -> Json:
    common = {"type": "link", "title": link.title, "url": link.url, "icon": "dashboard", "targetBlank": link.new_tab}
    return common | {"keepTime": False, "includeVars": False, "asDropdown": False, "tags": [], "tooltip": ""}


def _all_boards() -> Json:
    return {
        "type": "dashboards",
        "title": "All boards",
        "tags": ["opssight"],
        "asDropdown": True,
        "keepTime": True,
        "includeVars": True,
        "icon": "external link",
        "targetBlank": False,
        "tooltip": "",
        "url": "",
    }
