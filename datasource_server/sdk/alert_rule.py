"""AlertRule: what Grafana watches, as plain values; the server renders them to a provisioning file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alert rule over a query of shape `alert`; it fires for each row whose `value` is over `above`.

    `for_minutes` is how long it must stay so, `window_minutes` the stretch that the query looks at. `summary` may use
    Grafana's templates, such as `{{ $labels.pipeline }}`.
    """

    uid: str
    title: str
    query: str
    above: float
    summary: str
    labels: tuple[str, ...]
    severity: Literal["info", "warning", "critical"] = "warning"
    for_minutes: int = 0
    window_minutes: int = 60
    dashboard: str = ""
    panel: str = ""
    payload: Mapping[str, str] = field(default_factory=dict)
