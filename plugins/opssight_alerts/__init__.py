"""Incidents from the tools that people are paged by: PagerDuty, Opsgenie, or posted by anybody with the secret.

Each receiver is a module of its own; `words.py` maps the tools' words. What arrives later but happened earlier changes
nothing: of two versions of an incident the newer stays.
"""

from __future__ import annotations

from datasource_server import sdk
from opssight_alerts import opsgenie, pagerduty, posted  # noqa: F401  each registers itself by being imported
from opssight_alerts.connector import connector

__all__ = ["connector", "opssight_connector"]


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over the connector."""
    return connector
