"""The provisioning files of a Grafana that shows OpsSight; tokens are names of environment variables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from datasource_server.render.panel import Json

FOLDERS = {"team": "OpsSight", "manager": "OpsSight for managers", "operator": "OpsSight itself"}


@dataclass(frozen=True, slots=True)
class Places:
    """Where Grafana finds OpsSight, and its own boards."""

    server: str = "http://opssight:8000"
    dashboards: str = "/etc/grafana/dashboards"


def datasources(places: Places) -> Json:
    """Return the three data sources: boards, other people's boards, alert rules."""
    infinity = _infinity(
        "OpsSight (Infinity)", "opssight-infinity", f"{places.server}/infinity", "OPSSIGHT_TOKENS__INFINITY"
    )
    infinity["jsonData"] |= {"customHealthCheckEnabled": True, "customHealthCheckUrl": "/health"}
    alerting = _infinity("OpsSight alerting", "opssight-alerting", f"{places.server}/alerts", "OPSSIGHT_TOKENS__ALERTS")
    alerting["jsonData"]["timeoutInSeconds"] = 25
    return {"apiVersion": 1, "prune": True, "datasources": [_own(places), infinity, alerting]}


def _own(places: Places) -> Json:
    return {
        "name": "OpsSight",
        "uid": "opssight",
        "type": "opssight-datasource",
        "access": "proxy",
        "orgId": 1,
        "isDefault": True,
        "url": f"{places.server}/json",
        "editable": False,
        "jsonData": {"httpHeaderName1": "Authorization"},
        "secureJsonData": {"httpHeaderValue1": "Bearer $OPSSIGHT_TOKENS__DATASOURCE"},
    }


def _infinity(name: str, uid: str, url: str, token: str) -> Json:
    return {
        "name": name,
        "uid": uid,
        "type": "yesoreyeram-infinity-datasource",
        "access": "proxy",
        "orgId": 1,
        "url": url,
        "editable": False,
        "jsonData": {
            "auth_method": "none",
            "allowedHosts": [f"{url}/"],
            "unsecuredQueryHandling": "deny",
            "timeoutInSeconds": 30,
            "httpHeaderName1": "Authorization",
            "httpHeaderName2": "X-OpsSight-User",
        },
        "secureJsonData": {"httpHeaderValue1": f"Bearer ${token}", "httpHeaderValue2": "$${__user.login}"},
    }


def dashboard_providers(places: Places, folders: Iterable[str]) -> Json:
    """Return one provider for each folder of boards, with a uid that never changes."""
    return {"apiVersion": 1, "providers": [_provider(places, folder) for folder in sorted(folders)]}


def _provider(places: Places, folder: str) -> Json:
    return {
        "name": f"opssight-{folder}",
        "orgId": 1,
        "folder": FOLDERS[folder],
        "folderUid": f"opssight-{folder}",
        "type": "file",
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": f"{places.dashboards}/{folder}"},
    }


def apps(places: Places) -> Json:
    """Return the app: it carries the panels, the data source and the route of the actions."""
    app = {
        "type": "opssight-app",
        "org_id": 1,
        "disabled": False,
        "jsonData": {"apiUrl": places.server},
        "secureJsonData": {"actionToken": "$OPSSIGHT_TOKENS__ACTIONS"},
    }
    return {"apiVersion": 1, "apps": [app]}
