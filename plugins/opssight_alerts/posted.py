"""Incidents posted by anybody with the secret: one JSON object, or a list of them.

{"id": "42", "title": "Checkout is down", "service": "checkout", "severity": "sev1", "opened_at": "2026-03-02T09:00Z"}

The same id again says how it goes on: with `acknowledged_at`, `resolved_at`, `severity`. Also understood: `state`
(open, acknowledged, resolved; else it follows from the moments), `repo`, `environment`, `assignees`, `url`,
`deployment_id` (the deployment that caused it) and `updated_at` (by default when it came in; of two versions the newer
stays). The signature is the HMAC-SHA256 of the body in hexadecimal, in the header X-OpsSight-Signature, behind
`sha256=`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from datasource_server import sdk
from opssight_alerts.connector import connector, of_tool, settings_of
from opssight_alerts.settings import Settings
from opssight_alerts.words import severity

MOST = 1_000


class Posted(BaseModel):
    """One incident as it may be posted; what is left out is left as it is stored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=1)]
    opened_at: sdk.Moment
    service: str = ""
    repo: str = ""
    environment: str = ""
    severity: str = ""
    state: sdk.IncidentState | None = None
    acknowledged_at: sdk.Moment | None = None
    resolved_at: sdk.Moment | None = None
    assignees: list[str] = []
    url: str = ""
    deployment_id: str = ""
    updated_at: sdk.Moment | None = None


_bodies: TypeAdapter[Posted | list[Posted]] = TypeAdapter(Posted | Annotated[list[Posted], Field(max_length=MOST)])


@connector.receiver(verify=of_tool("incidents", sdk.hmac_sha256("X-OpsSight-Signature", "sha256=")))
def incidents(delivery: sdk.Delivery) -> Sequence[sdk.Row]:
    """Take incidents that anybody posts with the secret: a JSON object or a list of id, title, opened_at and more."""
    try:
        read = _bodies.validate_json(delivery.body)
    except ValidationError as problem:
        found = problem.errors(include_url=False, include_input=False)[:5]
        lines = (f"{'.'.join(str(word) for word in each['loc'])}: {each['msg']}" for each in found)
        raise sdk.Unparsable(f"posted incidents: {'; '.join(lines)}") from None
    each_of = read if isinstance(read, list) else [read]
    return [to_incident(each, delivery.received_at, settings_of(delivery)) for each in each_of]


def to_incident(posted: Posted, received_at: datetime, settings: Settings) -> sdk.Incident:
    """Return the row of an incident that was posted."""
    given = posted.model_dump(exclude_unset=True, exclude={"severity", "state", "updated_at"})
    if posted.service:
        known = settings.service(posted.service).model_dump()
        given |= {name: value for name, value in known.items() if value and not (name != "service" and given.get(name))}
    if posted.severity:
        given |= {"severity": severity(posted.severity), "original_severity": posted.severity}
    return sdk.Incident(**given, state=posted.state or _state(posted), updated_at=posted.updated_at or received_at)


def _state(posted: Posted) -> sdk.IncidentState:
    if posted.resolved_at:
        return "resolved"
    return "acknowledged" if posted.acknowledged_at else "open"
