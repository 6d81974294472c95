"""Inventory: what is installed, and what each plugin brings along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasource_server.plugins import Plugins
from datasource_server.sdk import Connector, OpsSightError


def plugin_list(plugins: Plugins, broken_queries: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Return every plugin with what it brings along; `problem` says why a broken one is."""
    return [_plugin(plugins, name, broken_queries or {}) for name in sorted(plugins.versions)]


def _plugin(plugins: Plugins, name: str, broken_queries: Mapping[str, str]) -> dict[str, Any]:
    connector = plugins.connectors.get(name)
    brought = _brought(connector) if connector else {}
    wrong = {path: text for path, text in broken_queries.items() if path.startswith(f"{name}/")}
    return {
        "name": name,
        "package": plugins.versions.get(name, ""),
        "title": (connector.more.title if connector else "") or name,
        "configured": name in plugins.configured,
        "problem": plugins.problems.get(name, ""),
        "broken_queries": wrong,
        **brought,
    }


def _brought(connector: Connector) -> dict[str, list[str]]:
    return {
        "collectors": sorted(connector.collectors),
        "receivers": sorted(connector.receivers),
        "actions": sorted(connector.actions),
        "queries": _queries(connector),
        "dashboards": [board.uid for board in connector.dashboards],
    }


def _queries(connector: Connector) -> list[str]:
    try:
        return sorted(connector.queries())
    except (OpsSightError, OSError):
        return []
