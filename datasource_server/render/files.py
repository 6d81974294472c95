"""What is rendered, as path → text, and the writing of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson
import yaml

from datasource_server import sdk
from datasource_server.render.alerting import rules_file
from datasource_server.render.dashboard import dashboard_json
from datasource_server.render.provisioning import Places, apps, dashboard_providers, datasources
from datasource_server.render.reference import reference

NOTE = "# Made by `opssight render`; change the values beside the connectors instead.\n"


def rendered(connectors: Mapping[str, sdk.Connector], places: Places | None = None) -> dict[str, str]:
    """Return the text of each rendered file by its path below the project's folder."""
    return (
        boards(connectors) | provisioning(connectors, places or Places()) | {"docs/reference.md": reference(connectors)}
    )


def boards(connectors: Mapping[str, sdk.Connector]) -> dict[str, str]:
    """Return the dashboards, each in the folder that it is shown in."""
    queries = {query.path: query for connector in connectors.values() for query in connector.queries().values()}
    found = [board for connector in connectors.values() for board in connector.dashboards]
    menu = [board for board in found if board.menu]
    return {
        f"dashboards/{board.folder}/{board.uid}.json": _json(dashboard_json(board, queries, menu)) for board in found
    }


def provisioning(connectors: Mapping[str, sdk.Connector], places: Places) -> dict[str, str]:
    """Return Grafana's provisioning files."""
    found = {board.uid: board for connector in connectors.values() for board in connector.dashboards}
    groups = {name: each.alert_rules for name, each in sorted(connectors.items()) if each.alert_rules}
    files = {
        "datasources/opssight.yaml": datasources(places),
        "dashboards/opssight.yaml": dashboard_providers(places, {board.folder for board in found.values()}),
        "plugins/apps.yaml": apps(places),
        "alerting/opssight-rules.yaml": rules_file(groups, found),
    }
    return {f"provisioning/{path}": NOTE + _yaml(content) for path, content in files.items()}


def render_all(connectors: Mapping[str, sdk.Connector], folder: Path, places: Places | None = None) -> list[Path]:
    """Write every rendered file below `folder`, take away boards that no connector has any more, return the paths."""
    files = rendered(connectors, places)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for stale in set(folder.glob("dashboards/*/opssight-*.json")) - {folder / path for path in files}:
        stale.unlink()
    return [folder / path for path in files]


def _json(content: object) -> str:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n"


def _yaml(content: object) -> str:
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    return text
