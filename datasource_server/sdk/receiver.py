"""Delivery: one signed HTTP body that came in, and the checks that prove who sent it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from datasource_server.sdk.errors import Rejected, Unparsable

WINDOW_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as it came in; `headers` have lower-case names, `body` is raw until it was redacted.

    `settings` are the connector's own, None where it has none.
    """

    id: str
    kind: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    settings: Any = field(default=None, repr=False, compare=False)

    def json(self) -> Any:  # noqa: ANN401  whatever the sender put there
        """Return the body as JSON; Unparsable (kept and quarantined) where it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as problem:
            raise Unparsable(f"delivery {self.id}: the body is no JSON: {problem}") from None


Verify = Callable[[Delivery, Sequence[str]], None]
"""Raises Rejected unless the delivery was signed with one of the secrets."""


def hmac_sha256(header: str, prefix: str = "") -> Verify:
    """Return a check of an HMAC-SHA256 of the raw body, in hexadecimal, as GitHub and Sentry send it."""

    def verify(delivery: Delivery, secrets: Sequence[str]) -> None:
        sent = _header(delivery, header)
        if not sent.startswith(prefix):
            raise Rejected(f"header {header} does not start with {prefix}")
        digests = (hmac.new(secret.encode(), delivery.body, hashlib.sha256).hexdigest() for secret in _usable(secrets))
        _require_any(header, sent.removeprefix(prefix).lower(), digests)

    return verify


def timed_hmac_sha256(header: str, timestamp_header: str, prefix: str = "", separator: str = ":") -> Verify:
    """Return a check of an HMAC-SHA256 over `timestamp + separator + body`, not older than five minutes.

    `prefix` stands before the hexadecimal digest. Grafana's alerting signs in this form.
    """

    def verify(delivery: Delivery, secrets: Sequence[str]) -> None:
        sent, timestamp = _header(delivery, header), _header(delivery, timestamp_header)
        _require_recent(timestamp_header, timestamp, delivery.received_at)
        signed = timestamp.encode() + separator.encode() + delivery.body
        usable = _usable(secrets)
        digests = (prefix + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in usable)
        _require_any(header, sent, digests)

    return verify


def standard_webhooks() -> Verify:
    """Return the check of the Standard Webhooks form: `webhook-id`, `webhook-timestamp`, `webhook-signature`."""

    def verify(delivery: Delivery, secrets: Sequence[str]) -> None:
        identity, timestamp = _header(delivery, "webhook-id"), _header(delivery, "webhook-timestamp")
        _require_recent("webhook-timestamp", timestamp, delivery.received_at)
        signed = f"{identity}.{timestamp}.".encode() + delivery.body
        digests = [hmac.digest(_key(each), signed, "sha256") for each in _usable(secrets)]
        expected = ["v1," + base64.b64encode(digest).decode() for digest in digests]
        sent = _header(delivery, "webhook-signature").split()
        matches = [_same(one, each) for one in sent for each in expected]
        if not any(matches):
            raise Rejected("header webhook-signature matches no secret")

    return verify


def shared_token(header: str, prefix: str = "") -> Verify:
    """Return a check that a header holds the secret itself, as GitLab sends it."""

    def verify(delivery: Delivery, secrets: Sequence[str]) -> None:
        _require_any(header, _header(delivery, header), (prefix + secret for secret in _usable(secrets)))

    return verify


def bearer_token() -> Verify:
    """Return a check of `Authorization: Bearer <secret>`, as Alertmanager sends it."""
    return shared_token("authorization", "Bearer ")


def _usable(secrets: Sequence[str]) -> list[str]:
    """Refuse before anything is compared: an empty secret would match an empty or a computable signature."""
    if not (usable := [secret for secret in secrets if secret]):
        raise Rejected("no secret is configured, so nothing is accepted")
    return usable


def _key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"))
    except ValueError:
        raise Rejected("the configured webhook secret is no whsec_ key") from None


def _header(delivery: Delivery, name: str) -> str:
    if not (value := delivery.headers.get(name.lower(), "")):
        raise Rejected(f"header {name} is missing")
    return value


def _require_recent(name: str, timestamp: str, now: datetime) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Rejected(f"header {name} is no moment in epoch seconds")
    if abs(now.timestamp() - int(timestamp)) > WINDOW_SECONDS:
        raise Rejected(f"header {name} is more than {WINDOW_SECONDS} s away from now")


def _require_any(header: str, sent: str, expected: Iterable[str]) -> None:
    matches = [_same(sent, each) for each in expected]
    if not any(matches):
        raise Rejected(f"header {header} matches no secret")


def _same(sent: str, expected: str) -> bool:
    """Compare in constant time, as bytes: texts that are not ASCII would raise."""
    return hmac.compare_digest(sent.encode("utf-8", "surrogateescape"), expected.encode())
