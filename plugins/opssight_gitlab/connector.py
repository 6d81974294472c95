"""The connector itself; the modules beside it register their collectors, receiver and actions on it."""

from __future__ import annotations

from collections.abc import Mapping

from datasource_server import sdk
from opssight_gitlab.settings import Settings


async def authorize(settings: Settings, _scope: str) -> Mapping[str, str]:
    """Return the header that proves who we are: a personal, group or project access token."""
    token = settings.token.get_secret_value()
    return {"PRIVATE-TOKEN": token} if token else {}


connector = sdk.Connector("opssight_gitlab", settings=Settings, title="GitLab", authorize=authorize)
