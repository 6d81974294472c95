"""CI in Grafana: queries and boards over the shared rows of delivery, whichever connector fills them."""

from __future__ import annotations

from datasource_server import sdk
from opssight_ci.alerts import ALERT_RULES
from opssight_ci.boards import BOARDS
from opssight_ci.flaky import Flaky, FlakyFlip, find_flaky
from opssight_ci.main_branch import MainBranch, judge
from opssight_ci.prices import RunnerPrice, price
from opssight_ci.red_episodes import RedEpisode, episodes
from opssight_ci.schedules import ScheduleMoment, expect
from opssight_ci.settings import Settings
from opssight_ci.tables import TABLES

connector = sdk.Connector(
    __name__,
    settings=Settings,
    tables=TABLES,
    dashboards=BOARDS,
    alert_rules=ALERT_RULES,
    title="CI",
    is_always_on=True,
)
connector.derivation(of=[sdk.PipelineRun], writes=[MainBranch], by="repo")(judge)
connector.derivation(of=[sdk.PipelineRun], writes=[RedEpisode], by="repo")(episodes)
connector.derivation(of=[sdk.PipelineJob], writes=[RunnerPrice], by="repo")(price)
connector.derivation(of=[sdk.Schedule, sdk.PipelineRun], writes=[ScheduleMoment], by="repo")(expect)
connector.derivation(of=[sdk.PipelineJob, sdk.PipelineRun, sdk.JobLogLine], writes=[Flaky, FlakyFlip], by="repo")(
    find_flaky
)


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over the connector."""
    return connector
