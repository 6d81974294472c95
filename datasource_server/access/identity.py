"""Identity: Grafana's signed word (`X-Grafana-Id`) for who sits in front of it. No other header is believed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from datasource_server.access.headers import Headers, lines
from datasource_server.access.keys import Keys
from datasource_server.access.people import require_human
from datasource_server.sdk import Unauthorised

ALGORITHM = "ES256"
LEEWAY_SECONDS = 10
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]

REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "has expired"),
    (jwt.ImmatureSignatureError, "is not valid yet; compare the clocks of Grafana and OpsSight"),
    (jwt.InvalidAudienceError, "is meant for another organisation of Grafana than grafana.org_id"),
    (jwt.InvalidIssuerError, "was issued by another Grafana than grafana.root_url"),
    (jwt.MissingRequiredClaimError, "lacks a claim"),
)


class IdentityRefused(Unauthorised):
    """The token was right, but nobody is known to stand behind the request; the message says why, in words."""


@dataclass(frozen=True, slots=True)
class GrafanaTrust:
    """The Grafana that is believed: its `issuer` (root_url, with a slash at the end), its keys, its organisation."""

    issuer: str = ""
    jwks_url: str = ""
    org_id: int = 1


class Identity:
    """Reads logins out of Grafana's signed identities; `transport` leads to its public keys."""

    def __init__(
        self,
        trust: GrafanaTrust,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trust = trust
        self._keys = Keys(trust.jwks_url, transport, clock)

    async def login(self, headers: Headers) -> str:
        """Return the verified login; IdentityRefused for a missing, repeated, forged or old one, and for no user's."""
        sent = lines(headers, "x-grafana-id")
        if len(sent) != 1 or not sent[0]:
            raise IdentityRefused(f"header X-Grafana-Id must come exactly once, found {len(sent)}")
        if not self._trust.issuer:
            raise IdentityRefused("no Grafana is trusted: grafana.root_url is not set")
        return _login(await self._claims(sent[0]))

    async def _claims(self, token: str) -> dict[str, Any]:
        key = await self._keys.find(_key_id(token))
        if key is None:
            raise IdentityRefused("the identity is signed with a key that Grafana does not list, or can't be asked for")
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=[ALGORITHM],
                audience=f"org:{self._trust.org_id}",
                issuer=self._trust.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": REQUIRED},
            )
        except jwt.PyJWTError as problem:
            reason = next((text for kind, text in REASONS if isinstance(problem, kind)), "is not valid")
            raise IdentityRefused(f"the identity in X-Grafana-Id {reason}") from None


def _key_id(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError):
        raise IdentityRefused("the identity in X-Grafana-Id is no signed token") from None
    kid = header.get("kid")
    if header.get("alg") != ALGORITHM or not isinstance(kid, str) or not kid:
        raise IdentityRefused(f"the identity in X-Grafana-Id is not signed with {ALGORITHM} and a named key")
    return kid


def _login(claims: dict[str, Any]) -> str:
    login = claims.get("username")
    if claims.get("type") != "user" or not isinstance(login, str):
        raise IdentityRefused("the identity in X-Grafana-Id is no user's; service accounts and guests are not let in")
    try:
        return require_human(login)
    except Unauthorised as problem:
        raise IdentityRefused(str(problem)) from None
