"""AlertRules as Grafana's provisioning file: Infinity with the backend parser, reduce, threshold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from datasource_server import sdk
from datasource_server.render.dashboard import panel_number
from datasource_server.render.panel import Json

EXPRESSION = {"type": "__expr__", "uid": "__expr__"}
INFINITY = {"type": "yesoreyeram-infinity-datasource", "uid": "opssight-alerting"}
FOLDER = "OpsSight alerts"


def rules_file(groups: Mapping[str, Iterable[sdk.AlertRule]], boards: Mapping[str, sdk.Dashboard]) -> Json:
    """Return the file of all rules, a group for each connector; `boards` by uid."""
    return {
        "apiVersion": 1,
        "groups": [
            {
                "orgId": 1,
                "name": f"opssight-{name}",
                "folder": FOLDER,
                "interval": "1m",
                "rules": [rule_json(rule, boards) for rule in rules],
            }
            for name, rules in groups.items()
        ],
    }


def rule_json(rule: sdk.AlertRule, boards: Mapping[str, sdk.Dashboard]) -> Json:
    """Return one rule: A asks, B takes the last value, C compares it."""
    found: Json = {
        "uid": rule.uid,
        "title": rule.title,
        "condition": "C",
        "for": f"{rule.for_minutes}m",
        "noDataState": "OK",
        "execErrState": "Error",
        "labels": {"service": "opssight", "severity": rule.severity},
        "annotations": {"summary": rule.summary},
        "data": [_question(rule), _last(), _threshold(rule.above)],
    }
    if rule.dashboard:
        found |= {"dashboardUid": rule.dashboard, "panelId": panel_number(boards[rule.dashboard], rule.panel)}
    return found


def _question(rule: sdk.AlertRule) -> Json:
    params = {"from": "${__timeFrom}", "to": "${__timeTo}", **rule.payload}
    columns = [{"selector": label, "text": label, "type": "string"} for label in rule.labels]
    model = {
        "refId": "A",
        "datasource": INFINITY,
        "type": "json",
        "parser": "backend",
        "source": "url",
        "format": "table",
        "url": f"/{rule.query}",
        "root_selector": "",
        "filters": [],
        "url_options": {
            "method": "GET",
            "data": "",
            "headers": [],
            "params": [{"key": key, "value": value} for key, value in params.items()],
        },
        "columns": [*columns, {"selector": "value", "text": "value", "type": "number"}],
        "intervalMs": 1000,
        "maxDataPoints": 43200,
    }
    window = {"from": rule.window_minutes * 60, "to": 0}
    return {"refId": "A", "datasourceUid": INFINITY["uid"], "relativeTimeRange": window, "model": model}


def _last() -> Json:
    model = {
        "refId": "B",
        "type": "reduce",
        "expression": "A",
        "reducer": "last",
        "settings": {"mode": "dropNN"},
        "datasource": EXPRESSION,
    }
    return {"refId": "B", "datasourceUid": "__expr__", "model": model}


def _threshold(above: float) -> Json:
    model = {
        "refId": "C",
        "type": "threshold",
        "expression": "B",
        "datasource": EXPRESSION,
        "conditions": [{"evaluator": {"type": "gt", "params": [above]}}],
    }
    return {"refId": "C", "datasourceUid": "__expr__", "model": model}
