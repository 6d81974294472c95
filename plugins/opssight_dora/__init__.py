"""DORA: deployments by rule, lead time, change failures and recovery, each number with the rows behind it."""

from __future__ import annotations

from datasource_server import sdk
from opssight_dora import candidates, deriving, receivers
from opssight_dora.boards import BOARDS
from opssight_dora.preview import preview
from opssight_dora.settings import Settings
from opssight_dora.tables import TABLES, DoraCandidate, DoraChange, DoraDeployment, DoraFlow

connector = sdk.Connector(
    __name__, settings=Settings, tables=TABLES, dashboards=BOARDS, title="DORA", is_always_on=True
)
connector.receiver(verify=sdk.hmac_sha256("X-OpsSight-Signature", "sha256="))(receivers.deployments)
connector.receiver(verify=sdk.bearer_token())(receivers.argocd)
connector.command()(preview)

# The first reads of candidates only which deployments are causes, the second of deployments all but that: neither goes
# in circles, a second pass changes nothing more.
connector.derivation(of=[*deriving.READS, DoraCandidate], writes=[DoraDeployment, DoraChange, DoraFlow], by="repo")(
    deriving.deployments
)
connector.derivation(of=[sdk.Incident, DoraDeployment, DoraChange], writes=[DoraCandidate])(candidates.candidates)


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over the connector."""
    return connector
