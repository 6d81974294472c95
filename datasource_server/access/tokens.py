"""Tokens: the shared secrets of Grafana's data sources, of its app and of the command line; each opens one prefix."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from pydantic import SecretStr

from datasource_server.access.headers import Headers, lines
from datasource_server.sdk import Unauthorised

NOTHING = SecretStr("")


@dataclass(frozen=True, slots=True)
class Tokens:
    """`datasource` opens /json, `infinity` /infinity, `alerts` /alerts, `actions` /actions, `admin` /admin.

    One that is empty opens nothing.
    """

    datasource: SecretStr = NOTHING
    infinity: SecretStr = NOTHING
    alerts: SecretStr = NOTHING
    actions: SecretStr = NOTHING
    admin: SecretStr = NOTHING


def require_token(headers: Headers, expected: SecretStr) -> None:
    """Raise Unauthorised, always with the same words, unless the one Authorization header bears the token."""
    sent = lines(headers, "authorization")
    word, _, token = sent[0].strip().partition(" ") if len(sent) == 1 else ("", "", "")
    if word.lower() != "bearer" or not _same(token.strip(), expected.get_secret_value()):
        raise Unauthorised("no valid token")


def _same(sent: str, expected: str) -> bool:
    """Compare in constant time; emptiness is refused first, since two empty texts are the same."""
    if not sent or not expected:
        return False
    return hmac.compare_digest(sent.encode("utf-8", "surrogateescape"), expected.encode())
