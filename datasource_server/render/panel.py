"""A Panel as the classic dashboard JSON that Grafana reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from datasource_server import sdk
from datasource_server.render.looks import MAPPINGS

Json = dict[str, Any]
DATASOURCE = {"type": "opssight-datasource", "uid": "opssight"}
GRID_WIDTH = 24
NOTHING = "–"


def panel_json(
    panel: sdk.Panel, number: int, position: Json, variables: Sequence[str], query: sdk.Query | None
) -> Json:
    """Return one panel; parameters of its query that are variables of the board are filled by them."""
    narrowed = {"maxDataPoints": panel.max_points} if panel.max_points else {}
    return (
        narrowed
        | _in_order(panel)
        | {
            "id": number,
            "type": panel.type,
            "title": panel.title,
            "description": panel.description,
            "transparent": panel.transparent,
            "gridPos": position,
            "datasource": DATASOURCE,
            "targets": [target_json("A", panel.query, payload_of(panel.payload, variables, query))]
            if panel.query
            else [],
            "fieldConfig": {
                "defaults": _defaults(panel),
                "overrides": [_override(panel, each) for each in panel.columns],
            },
            "options": dict(panel.options),
            "links": [link_json(link) for link in panel.links],
        }
    )


def heading_json(heading: sdk.Heading, number: int, row: int) -> Json:
    """Return the heading of a row of panels."""
    position = {"x": 0, "y": row, "w": GRID_WIDTH, "h": 1}
    return {"id": number, "type": "row", "title": heading.title, "collapsed": False, "gridPos": position, "panels": []}


def target_json(ref_id: str, query: str, payload: Mapping[str, str]) -> Json:
    """Return what a panel, a variable or an annotation asks for."""
    return {"refId": ref_id, "datasource": DATASOURCE, "target": query, "payload": dict(payload)}


def payload_of(own: Mapping[str, str], variables: Sequence[str], query: sdk.Query | None) -> dict[str, str]:
    """Return the given values, and the board's variables for the query's other parameters.

    They are written as JSON, since a pipeline's name may hold a comma.
    """
    names = query.parameters() if query else ()
    return {name: f"${{{name}:json}}" for name in names if name in variables} | dict(own)


def link_json(link: sdk.Link) -> Json:
    """Return a link of a panel or of a field."""
    return {"title": link.title, "url": link.url, "targetBlank": link.new_tab}


def _in_order(panel: sdk.Panel) -> Json:
    """Return what brings a table's columns into the panel's order; its answer may have another one."""
    if panel.type != "table" or not panel.columns:
        return {}
    places = {column.name: place for place, column in enumerate(panel.columns)}
    options = {"indexByName": places, "excludeByName": {}, "renameByName": {}}
    return {"transformations": [{"id": "organize", "options": options}]}


def _defaults(panel: sdk.Panel) -> Json:
    steps = [{"value": start, "color": colour} for start, colour in panel.thresholds]
    found: Json = {"noValue": panel.empty, "custom": {}, "mappings": []}
    if panel.unit:
        found["unit"] = panel.unit
    if steps:
        found["thresholds"] = {"mode": "absolute", "steps": steps}
    return _with(found, panel.defaults)


def _override(panel: sdk.Panel, column: sdk.Column) -> Json:
    """Return how a column is shown; an empty cell of a table is a dash, not the words for a table without rows."""
    properties: Json = {"noValue": NOTHING} if panel.type == "table" and not column.hidden else {}
    if column.title:
        properties["displayName"] = column.title
    if column.unit:
        properties["unit"] = column.unit
    if column.kind:
        properties["mappings"] = MAPPINGS[column.kind]
        properties["custom.cellOptions"] = {"type": "color-text"}
    if column.links:
        properties["links"] = [link_json(link) for link in column.links]
    if column.hidden:
        properties["custom.hidden"] = True
    properties |= column.options
    listed = [{"id": name, "value": value} for name, value in properties.items()]
    return {"matcher": {"id": "byName", "options": column.name}, "properties": listed}


def _with(found: Json, more: Mapping[str, Any]) -> Json:
    """Return the field defaults with Grafana's own options put in; `custom.x` goes under `custom`."""
    for name, value in more.items():
        place = found["custom"] if name.startswith("custom.") else found
        place[name.removeprefix("custom.")] = value
    return found
