"""Git activity: when and where people work, how old pull requests get, and who is one person under several names.

Who sees what. A figure of a single person is for that person, known by a login, and for those who may see people
(managers, where the settings allow it). A figure of a group is for everybody who sees the group's rows, if at least
three people stand behind it; people who may be one count once. A group of fewer is left out, and the answer says how
many were. What is open now, and lists of commits, pull requests, deployments and failures, are work: each row names who
made it, as its forge does, but only those above can choose them by person. Bots are left out, and counted apart.
"""

from __future__ import annotations

from datasource_server import sdk
from opssight_activity.boards import BOARDS
from opssight_activity.identities import identify
from opssight_activity.settings import Settings
from opssight_activity.suggestions import suggest
from opssight_activity.tables import Identity, MergeSuggestion

connector = sdk.Connector(
    __name__,
    settings=Settings,
    tables=[Identity, MergeSuggestion],
    dashboards=BOARDS,
    title="Activity",
    is_always_on=True,
)
connector.derivation(of=[sdk.Commit, sdk.PullRequest], writes=[Identity], by="repo")(identify)
connector.derivation(of=[Identity], writes=[MergeSuggestion])(suggest)


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over the connector."""
    return connector
