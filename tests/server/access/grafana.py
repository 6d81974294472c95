"""What a Grafana sends: headers, signed identities, its public keys."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from pydantic import SecretStr

from datasource_server.access import GrafanaTrust, Tokens

TRUST = GrafanaTrust("http://localhost:3000/", "http://grafana.test/api/signing-keys/keys", 1)
TOKENS = Tokens(*(SecretStr(f"{name}-token") for name in ("datasource", "infinity", "alerts", "actions", "admin")))
KID = "id-2026-11-es256"


def headers(token: str, **more: str) -> list[tuple[str, str]]:
    """Return a request's headers: the token, and more of them with `_` for `-`."""
    sent = [("Authorization", f"Bearer {token}")]
    return sent + [(name.replace("_", "-"), value) for name, value in more.items()]


class SigningGrafana:
    """A Grafana that signs identities; `away` makes its keys unreachable, `asked` counts who read them."""

    def __init__(self) -> None:
        self.keys = {KID: ec.generate_private_key(ec.SECP256R1())}
        self.away = False
        self.asked = 0

    def transport(self) -> httpx.MockTransport:
        """Return the way to its public keys."""
        return httpx.MockTransport(self._answer)

    def jwks(self) -> dict[str, Any]:
        """Return its public keys as a JWK set."""
        return {"keys": [self._jwk(kid) for kid in self.keys]}

    def identity(self, *, kid: str = KID, without: str = "", **claims: object) -> str:
        """Return a signed identity of user alice, with other claims where given."""
        now = int(time.time())
        usual = {
            "aud": "org:1",
            "iss": TRUST.issuer,
            "iat": now,
            "exp": now + 600,
            "sub": "user:2",
            "type": "user",
            "username": "alice",
            "role": "Viewer",
        }
        body = {name: value for name, value in (usual | claims).items() if name != without}
        return jwt.encode(body, self.keys[kid], algorithm="ES256", headers={"kid": kid})

    def _jwk(self, kid: str) -> dict[str, Any]:
        public: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(self.keys[kid].public_key()))
        return public | {"kid": kid, "alg": "ES256", "use": "sig"}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("connection refused", request=request)
        return httpx.Response(200, json=self.jwks())


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Return the seconds it stands at."""
        return self.now


Sign = Callable[..., str]
