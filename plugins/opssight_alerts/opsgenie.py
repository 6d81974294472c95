"""Opsgenie: webhooks about alerts. It signs nothing: the secret comes in a header that is set in its integration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from datasource_server import sdk
from opssight_alerts.connector import connector, of_tool, settings_of
from opssight_alerts.settings import Settings
from opssight_alerts.words import moment, severity

STATES: Mapping[str, sdk.IncidentState] = {
    "create": "open",
    "acknowledge": "acknowledged",
    "unacknowledge": "open",
    "close": "resolved",
    "delete": "resolved",
}
"""The state after an action; other actions change none."""

SERVICE_WORDS = ("service", "Service", "application", "component")


@connector.receiver(verify=of_tool("opsgenie", sdk.shared_token("X-OpsSight-Token")))
def opsgenie(delivery: sdk.Delivery) -> Sequence[sdk.Row]:
    """Take Opsgenie's webhook: alerts created, acknowledged, closed, with the secret in the header X-OpsSight-Token."""
    body = delivery.json()
    try:
        return to_incidents(body, settings_of(delivery))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise sdk.Unparsable(f"a delivery of Opsgenie: {type(problem).__name__}: {problem}") from problem


def to_incidents(body: Mapping[str, Any], settings: Settings) -> list[sdk.Incident]:
    """Return the row of the alert that an action was done to; the service is its detail `service`, or its entity."""
    action, alert = str(body["action"]).lower(), body["alert"]
    opened_at = moment(alert.get("createdAt"))
    if opened_at is None:
        raise ValueError(f"{body['action']} says not when its alert began")
    happened_at = moment(alert.get("updatedAt")) or opened_at
    details = alert.get("details") or {}
    name = next((str(details[word]) for word in SERVICE_WORDS if details.get(word)), alert.get("entity") or "")
    known, priority = settings.service(name), str(alert.get("priority") or "")
    row = sdk.Incident(
        id=f"opsgenie:{alert['alertId']}",
        title=alert.get("message") or f"Alert {alert.get('tinyId') or alert['alertId']}",
        service=known.service,
        repo=known.repo or str(details.get("repo") or ""),
        environment=known.environment or str(details.get("environment") or ""),
        severity=severity(priority),
        original_severity=priority,
        opened_at=opened_at,
        updated_at=happened_at,
    )
    return [row.model_copy(update=_changes(action, alert, happened_at))]


def _changes(action: str, alert: Mapping[str, Any], happened_at: object) -> dict[str, object]:
    """Return what an action changes; what it does not is left as it is stored."""
    changes: dict[str, object] = {"state": STATES[action]} if action in STATES else {}
    if owner := alert.get("owner"):
        changes["assignees"] = [owner]
    moments: dict[str, dict[str, object]] = {
        "create": {"resolved_at": None},
        "acknowledge": {"acknowledged_at": happened_at},
        "unacknowledge": {"acknowledged_at": None},
        "close": {"resolved_at": happened_at},
        "delete": {"resolved_at": happened_at},
    }
    return changes | moments.get(action, {})
