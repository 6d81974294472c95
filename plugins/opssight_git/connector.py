"""The connector itself; the module beside it registers its collectors on it."""

from __future__ import annotations

from datasource_server import sdk
from opssight_git.settings import Settings
from opssight_git.tables import Head, Tag

connector = sdk.Connector(
    "opssight_git",
    settings=Settings,
    tables=(Tag, Head),
    title="git",
    is_configured=lambda settings: bool(settings.repositories or settings.services),
)
