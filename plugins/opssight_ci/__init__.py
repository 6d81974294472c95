"""CI in Grafana: queries and boards over the shared rows of delivery, whichever connector fills them."""

from __future__ import annotations

from datasource_server import sdk
from opssight_ci.alerts import ALERT_RULES
from opssight_ci.boards import BOARDS
from opssight_ci.main_branch import MainBranch, judge

connector = sdk.Connector(
    __name__, tables=[MainBranch], dashboards=BOARDS, alert_rules=ALERT_RULES, title="CI", is_always_on=True
)
connector.derivation(of=[sdk.PipelineRun], writes=[MainBranch], by="repo")(judge)


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over the connector."""
    return connector
