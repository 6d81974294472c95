"""Who we are to GitHub: a token, or a GitHub App whose installation tokens are renewed. PyGithub does the talking."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from threading import Lock

from github import Auth, Github, GithubException, GithubIntegration

from datasource_server import sdk
from opssight_github.settings import Settings

VERSION = "2022-11-28"
Place = tuple[str, str, int | None, str]


async def authorize(settings: Settings, scope: str) -> Mapping[str, str]:
    """Return the headers that prove who we are, and the version of the API that we speak."""
    headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": VERSION}
    if settings.app_id:
        token = await asyncio.to_thread(_installations.token, settings, scope)
    else:
        token = settings.token.get_secret_value()
    return headers | ({"Authorization": f"Bearer {token}"} if token else {})


def client(settings: Settings, scope: str) -> Github:
    """Return PyGithub's client for actions; it neither waits nor tries again, so that a person gets an answer."""
    if settings.app_id:
        auth: Auth.Auth = _installations.auth(settings, scope)
    elif token := settings.token.get_secret_value():
        auth = Auth.Token(token)
    else:
        raise sdk.ConfigError("github needs a token or an app_id before it can change anything")
    return _client(settings, auth)


def _client(settings: Settings, auth: Auth.Auth) -> Github:
    return Github(
        auth=auth,
        base_url=settings.base_url,
        timeout=30,
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
        api_version=VERSION,
    )


class _Installations:
    """One sign-in for each installation; PyGithub renews its token shortly before it expires."""

    def __init__(self) -> None:
        self._auths: dict[Place, Auth.AppInstallationAuth] = {}
        self._lock = Lock()

    def token(self, settings: Settings, scope: str) -> str:
        with self._lock:
            try:
                return self._auth(settings, scope).token
            except GithubException as problem:
                raise refused("GitHub gave no installation token", problem) from None

    def auth(self, settings: Settings, scope: str) -> Auth.AppInstallationAuth:
        with self._lock:
            return self._auth(settings, scope)

    def _auth(self, settings: Settings, scope: str) -> Auth.AppInstallationAuth:
        owner = "" if settings.installation_id else scope.partition("/")[0]
        place = (settings.base_url, settings.app_id, settings.installation_id, owner)
        if place not in self._auths:
            app = Auth.AppAuth(settings.app_id, settings.app_key())
            installation = settings.installation_id or _installation_of(settings, app, owner)
            signed_in = _client(settings, app)
            self._auths[place] = app.get_installation_auth(installation, requester=signed_in.requester)
        return self._auths[place]


def _installation_of(settings: Settings, app: Auth.AppAuth, owner: str) -> int:
    """Return the App's installation at an owner, or its only one where no owner is named."""
    integration = GithubIntegration(
        auth=app, base_url=settings.base_url, retry=None, seconds_between_requests=0, seconds_between_writes=0
    )
    found = [each for each in integration.get_installations() if not owner or _owner(each.raw_data) == owner.lower()]
    if len(found) != 1:
        raise sdk.ConfigError(
            f"github.app_id {settings.app_id} has {len(found)} installations at {owner or 'all owners'}, expected one: "
            "install the App there, or set github.installation_id"
        )
    return found[0].id


def _owner(installation: Mapping[str, Mapping[str, str]]) -> str:
    return installation["account"]["login"].lower()


def refused(what: str, problem: GithubException) -> sdk.UpstreamError:
    """Return the error that says what GitHub refused, in GitHub's own words."""
    data = problem.data
    words = data.get("message", "") if isinstance(data, dict) else ""
    return sdk.UpstreamError(f"{what}: {words or 'no reason given'} ({problem.status})", upstream_status=problem.status)


_installations = _Installations()
