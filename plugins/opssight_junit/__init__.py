"""JUnit: test reports as they are uploaded, and which tests are flaky, slow or failing, whoever reported them.

`reports.py` takes the uploads; `queries` and `boards` read the shared rows, which forges' connectors fill too.
"""

from __future__ import annotations

from datasource_server import sdk
from opssight_junit import reports  # noqa: F401  registers the receiver
from opssight_junit.connector import connector

__all__ = ["connector", "opssight_connector"]


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over the connector."""
    return connector
