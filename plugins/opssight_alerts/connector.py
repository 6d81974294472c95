"""The connector itself; the modules beside it register their receivers on it."""

from __future__ import annotations

from collections.abc import Sequence

from datasource_server import sdk
from opssight_alerts.settings import Settings

connector = sdk.Connector("opssight_alerts", settings=Settings, title="Alerts")


def settings_of(delivery: sdk.Delivery) -> Settings:
    """Return the settings that came with a delivery, or those that say nothing."""
    return delivery.settings if isinstance(delivery.settings, Settings) else Settings()


def of_tool(tool: str, verify: sdk.Verify) -> sdk.Verify:
    """Return a check that believes the secrets of one tool only."""

    def check(delivery: sdk.Delivery, secrets: Sequence[str]) -> None:
        known = delivery.settings
        verify(delivery, known.believed(tool) if isinstance(known, Settings) else secrets)

    return check
