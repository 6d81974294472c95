"""PagerDuty: version 3 webhooks about incidents. Deliveries about notes, responders and the like give no rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from datasource_server import sdk
from opssight_alerts.connector import connector, of_tool, settings_of
from opssight_alerts.settings import Settings
from opssight_alerts.words import moment, severity

HEADER = "x-pagerduty-signature"
MOST_SIGNATURES = 10
STATES: Mapping[str, sdk.IncidentState] = {
    "triggered": "open",
    "acknowledged": "acknowledged",
    "resolved": "resolved",
}
_one = sdk.hmac_sha256(HEADER, "v1=")


def any_signature(delivery: sdk.Delivery, secrets: Sequence[str]) -> None:
    """Refuse a delivery unless one of its signatures is right: there are two while a secret is changed."""
    signatures = delivery.headers.get(HEADER, "").split(",")[:MOST_SIGNATURES]
    for each in signatures[:-1]:
        with suppress(sdk.Rejected):
            return _one(_with(delivery, each), secrets)
    return _one(_with(delivery, signatures[-1]), secrets)


def _with(delivery: sdk.Delivery, signature: str) -> sdk.Delivery:
    return replace(delivery, headers={**delivery.headers, HEADER: signature.strip()})


@connector.receiver(verify=of_tool("pagerduty", any_signature))
def pagerduty(delivery: sdk.Delivery) -> Sequence[sdk.Row]:
    """Take PagerDuty's version 3 webhook: incidents triggered, acknowledged, resolved, reopened, reassigned."""
    body = delivery.json()
    try:
        return to_incidents(body["event"], settings_of(delivery))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise sdk.Unparsable(f"a delivery of PagerDuty: {type(problem).__name__}: {problem}") from problem


def to_incidents(event: Mapping[str, Any], settings: Settings) -> list[sdk.Incident]:
    """Return the row of the incident that an event is about, of others none."""
    data, kind = event["data"], event["event_type"]
    if event.get("resource_type") != "incident" or data.get("type") != "incident":
        return []
    happened_at = moment(event["occurred_at"])
    opened_at = moment(data.get("created_at")) or (happened_at if kind == "incident.triggered" else None)
    if opened_at is None or happened_at is None:
        raise ValueError(f"{kind} says not when its incident began")
    priority, urgency = (data.get("priority") or {}).get("summary") or "", data.get("urgency") or ""
    known = settings.service((data.get("service") or {}).get("summary") or "")
    row = sdk.Incident(
        id=f"pagerduty:{data['id']}",
        url=data.get("html_url") or "",
        title=data.get("title") or f"Incident {data.get('number') or data['id']}",
        service=known.service,
        repo=known.repo,
        environment=known.environment,
        severity=severity(priority, urgency),
        original_severity=priority or urgency,
        state=STATES[data["status"]],
        opened_at=opened_at,
        assignees=[each["summary"] for each in data.get("assignees") or () if each.get("summary")],
        updated_at=happened_at,
    )
    return [row.model_copy(update=_moments(kind, happened_at))]


def _moments(kind: str, happened_at: object) -> dict[str, object]:
    """Return the moments that an event tells of; those that it does not are left as they are stored."""
    changes: dict[str, dict[str, object]] = {
        "incident.acknowledged": {"acknowledged_at": happened_at},
        "incident.unacknowledged": {"acknowledged_at": None},
        "incident.resolved": {"resolved_at": happened_at},
        "incident.reopened": {"resolved_at": None},
    }
    return changes.get(kind, {})
