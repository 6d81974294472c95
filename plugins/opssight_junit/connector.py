"""The connector itself; the module beside it registers its receiver on it."""

from __future__ import annotations

from datasource_server import sdk
from opssight_junit.boards import BOARDS

connector = sdk.Connector(__name__.rpartition(".")[0], title="JUnit", dashboards=BOARDS)
