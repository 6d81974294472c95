"""Who asks, and what that person may see and do: tokens, Grafana's signed identities, teams, roles, the audit trail."""

from datasource_server.access.access import Access
from datasource_server.access.identity import GrafanaTrust, Identity, IdentityRefused
from datasource_server.access.roles import may
from datasource_server.access.teams import Teams
from datasource_server.access.tokens import Tokens

__all__ = ["Access", "GrafanaTrust", "Identity", "IdentityRefused", "Teams", "Tokens", "may"]
