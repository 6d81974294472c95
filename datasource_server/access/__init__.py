"""Who asks, and what that person may see and do: tokens, Grafana's signed identities, teams, roles, the audit trail."""

from datasource_server.access.access import Access
from datasource_server.access.identity import GrafanaTrust, IdentityRefused
from datasource_server.access.roles import may
from datasource_server.access.tokens import Tokens

__all__ = ["Access", "GrafanaTrust", "IdentityRefused", "Tokens", "may"]
