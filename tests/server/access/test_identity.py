"""Grafana's signed identity is the only word that is believed on /json and /actions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import jwt
import pluggy
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from datasource_server.access import Access, GrafanaTrust, Identity, IdentityRefused
from datasource_server.sdk import Caller, Unauthorised, hookimpl
from datasource_server.store import Store

from .grafana import KID, TOKENS, SigningGrafana, headers


async def ask(access: Access, identity: str) -> Caller:
    """Ask through the data source with this identity."""
    return await access.json_caller(headers("datasource-token", X_Grafana_Id=identity))


async def test_a_signed_user_is_let_in_on_both_doors(access: Access, grafana: SigningGrafana) -> None:
    identity = grafana.identity(username="alice")

    asking = await ask(access, identity)
    acting = await access.action_caller(headers("actions-token", X_Grafana_Id=identity))

    assert (asking.login, acting.login) == ("alice", "alice")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "org:2"}, "organisation"),
        ({"aud": ["org:2", "org:3"]}, "organisation"),
        ({"without": "aud"}, "lacks a claim"),
        ({"iss": "http://evil.test/"}, "another Grafana"),
        ({"iss": "http://localhost:3000"}, "another Grafana"),
        ({"exp": time.time() - 60}, "expired"),
        ({"without": "exp"}, "lacks a claim"),
        ({"iat": time.time() + 86_400}, "compare the clocks"),
        ({"type": "service-account", "sub": "service-account:3"}, "service accounts"),
        ({"type": "service-account", "without": "username"}, "service accounts"),
        ({"type": "anonymous"}, "service accounts"),
        ({"without": "type"}, "service accounts"),
        ({"without": "username"}, "service accounts"),
        ({"username": ""}, "no human"),
        ({"username": 7}, "service accounts"),
        ({"username": "grafana_scheduler"}, "no human"),
        ({"username": "${__user.login}"}, "no human"),
    ],
)
async def test_an_identity_with_a_wrong_claim_is_refused(
    access: Access, grafana: SigningGrafana, claims: dict[str, object], reason: str
) -> None:
    """check 04"""
    with pytest.raises(IdentityRefused, match=reason) as refused:
        await ask(access, grafana.identity(**claims))  # type: ignore[arg-type]

    assert refused.value.status == 401


async def test_an_unsigned_identity_is_refused(access: Access, grafana: SigningGrafana) -> None:
    """check 04"""
    claims = jwt.decode(grafana.identity(), options={"verify_signature": False})

    for forged in (
        jwt.encode(claims, "", algorithm="none", headers={"kid": KID}),
        grafana.identity().rsplit(".", 1)[0] + ".",
        grafana.identity()[:-4] + "AAAA",
    ):
        with pytest.raises(IdentityRefused):
            await ask(access, forged)


async def test_a_signature_with_the_public_key_as_secret_is_refused(access: Access, grafana: SigningGrafana) -> None:
    """check 04"""
    claims = jwt.decode(grafana.identity(), options={"verify_signature": False})
    public = grafana.keys[KID].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = _hs256(claims, public)

    with pytest.raises(IdentityRefused, match="ES256"):
        await ask(access, forged)


async def test_a_signature_by_another_key_under_grafanas_key_id_is_refused(
    access: Access, grafana: SigningGrafana
) -> None:
    """check 04"""
    claims = jwt.decode(grafana.identity(), options={"verify_signature": False})
    forged = jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers={"kid": KID})

    with pytest.raises(IdentityRefused, match="is not valid"):
        await ask(access, forged)


@pytest.mark.parametrize("identity", ["junk", "a.b.c", "ey", "é", "." * 10_000])
async def test_what_is_no_token_at_all_is_refused(access: Access, identity: str) -> None:
    with pytest.raises(IdentityRefused, match="no signed token"):
        await ask(access, identity)


async def test_without_or_with_two_identities_nobody_is_let_in(access: Access, grafana: SigningGrafana) -> None:
    identity = grafana.identity()

    for sent in (
        headers("datasource-token"),
        headers("datasource-token", X_Grafana_Id=""),
        [*headers("datasource-token", X_Grafana_Id=identity), ("x-grafana-id", identity)],
    ):
        with pytest.raises(IdentityRefused, match="exactly once"):
            await access.json_caller(sent)


@pytest.mark.parametrize("forged", ["X-Grafana-User", "X-WEBAUTH-USER", "X-Forwarded-User", "X-OpsSight-User"])
async def test_unsigned_headers_are_ignored(access: Access, grafana: SigningGrafana, forged: str) -> None:
    """check 03"""
    signed = headers("datasource-token", X_Grafana_Id=grafana.identity())

    caller = await access.json_caller([*signed, (forged, "admin")])

    assert caller.login == "alice"
    with pytest.raises(Unauthorised):
        await access.json_caller([*headers("datasource-token"), (forged, "admin")])


async def test_without_a_trusted_grafana_no_identity_is_believed(
    store: Store, hooks: pluggy.PluginManager, grafana: SigningGrafana
) -> None:
    access = Access(store, TOKENS, Identity(GrafanaTrust(), grafana.transport()), hooks)

    with pytest.raises(IdentityRefused, match="no Grafana is trusted"):
        await ask(access, grafana.identity())
    assert grafana.asked == 0


class Sso:
    """A plugin that knows people by a header of its own."""

    @hookimpl
    def opssight_authenticate(self, headers: dict[str, str]) -> Caller | None:
        """Say who asks."""
        if headers.get("x-sso") == "broken":
            raise RuntimeError("the directory is away")
        if headers.get("x-sso") == "nobody":
            raise Unauthorised("signed out")
        assert "authorization" not in headers
        return Caller(headers["x-sso"], teams=(("core", "lead"),)) if "x-sso" in headers else None


async def test_a_plugin_may_say_who_asks_instead(access: Access, hooks: pluggy.PluginManager) -> None:
    hooks.register(Sso())

    caller = await access.json_caller(headers("datasource-token", X_SSO="carol"))

    assert (caller.login, caller.teams) == ("carol", (("core", "lead"),))
    with pytest.raises(Unauthorised, match="no valid token"):
        await access.json_caller(headers("wrong", X_SSO="carol"))
    with pytest.raises(IdentityRefused, match="no human"):
        await access.json_caller(headers("datasource-token", X_SSO="grafana_scheduler"))
    with pytest.raises(Unauthorised, match="signed out"):
        await access.json_caller(headers("datasource-token", X_SSO="nobody"))


async def test_a_plugin_that_fails_lets_nobody_in(
    access: Access, hooks: pluggy.PluginManager, grafana: SigningGrafana
) -> None:
    hooks.register(Sso())

    with pytest.raises(IdentityRefused):
        await access.json_caller(headers("datasource-token", X_SSO="broken"))
    signed = await access.json_caller(headers("datasource-token", X_SSO="broken", X_Grafana_Id=grafana.identity()))
    assert signed.login == "alice"


def _hs256(claims: dict[str, object], secret: bytes) -> str:
    """Sign as an attacker does who has no library that stops him."""

    def encoded(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    signed = ".".join(
        encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT", "kid": KID}, claims)
    )
    return f"{signed}.{encoded(hmac.digest(secret, signed.encode(), hashlib.sha256))}"
