"""The plugin keeps the promises of the SDK."""

import pytest

from datasource_server.sdk.testing import check_connector


@pytest.mark.slow
def test_it_keeps_the_promises_of_the_sdk() -> None:
    check_connector("opssight_activity")
