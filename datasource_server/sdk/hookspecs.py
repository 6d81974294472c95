"""The three hooks: only for what reacts across connectors. A fourth needs two plugins that want it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from datasource_server.sdk.caller import Caller
    from datasource_server.sdk.connector import Connector
    from datasource_server.sdk.journal import OwnerRule
    from datasource_server.sdk.row import Row

PROJECT = "opssight"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def opssight_connector() -> Connector:  # type: ignore[empty-body]
    """Hand over the plugin's connector; every plugin does exactly this."""


@hookspec(firstresult=True)
def opssight_team(row: Row, rules: Sequence[OwnerRule]) -> str | None:
    """Say which team owns the row, None where another plugin may know; `rules` are the stored owner rules."""


@hookspec(firstresult=True)
def opssight_authenticate(headers: Mapping[str, str]) -> Caller | None:
    """Say who asks, from the request's headers (lower-case names), None where another plugin may know."""
