"""The way out: actions that people ask for, and messages of notifiers."""

from datasource_server.outbound.actions import Actions
from datasource_server.outbound.outbox import Outbox

__all__ = ["Actions", "Outbox"]
