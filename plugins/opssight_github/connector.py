"""The connector itself; the modules beside it register their collectors, receiver and actions on it."""

from __future__ import annotations

from datasource_server import sdk
from opssight_github.auth import authorize
from opssight_github.settings import Settings
from opssight_github.tables import WorkflowFile

connector = sdk.Connector(
    "opssight_github", settings=Settings, tables=(WorkflowFile,), title="GitHub", authorize=authorize
)
