"""The connector keeps the SDK's promises."""

from __future__ import annotations

from datasource_server.sdk.testing import check_connector
from opssight_git import connector


def test_the_connector_passes_the_contract_suite() -> None:
    check_connector("opssight_git")
    assert list(connector.collectors) == ["history", "services"]
