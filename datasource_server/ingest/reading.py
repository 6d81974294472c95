"""Reading: from a kept delivery to rows; whatever a receiver can't understand becomes a reason, never an error."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NoReturn

import orjson

from datasource_server.ingest.redact import redact, redact_json
from datasource_server.sdk import Delivery, Receiver, Row, Unparsable
from datasource_server.sdk.journal import DeliveryRecord

log = logging.getLogger(__name__)

_SECRET_WORDS = (
    "auth",
    "token",
    "secret",
    "signature",
    "cookie",
    "key",
    "password",
    "forwarded",
    "real-ip",
    "grafana-id",
)
_KEPT_HEADERS = ("content-type", "user-agent")
_MOST_HEADERS = 30


@dataclass(frozen=True, slots=True)
class Understood:
    """What a delivery gave: its rows, or the reason why there are none."""

    rows: Sequence[Row] = ()
    reason: str = ""

    @property
    def state(self) -> str:
        return "quarantined" if self.reason else "parsed"


@dataclass(frozen=True, slots=True)
class Clean:
    """A delivery without secrets, and what was wrong with its raw bytes, if anything."""

    delivery: Delivery
    fault: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def clean(delivery: Delivery, receiver: Receiver) -> Clean:
    """Return the delivery as it may be kept: its texts redacted, and only the headers that matter."""
    unpacked, fault = _unpacked(delivery, receiver)
    headers = _kept_headers(delivery.headers, receiver)
    body = redact_json(unpacked).decode("utf-8", "replace").replace("\x00", "").encode()
    kept = replace(delivery, headers=headers, body=body)
    return Clean(kept, fault, headers)


def understand(receiver: Receiver, delivery: Delivery) -> Understood:
    """Return the rows that a clean delivery gives, or the reason why it can't be understood."""
    try:
        rows = list(receiver.read(delivery))
        if strangers := {type(each).__name__ for each in rows} - {
            type(each).__name__ for each in rows if _is_row(each)
        }:
            return Understood(reason=f"receiver {receiver.name} gave {', '.join(strangers)}, no rows")
    except Unparsable as problem:
        return Understood(reason=_reason(str(problem)))
    except Exception as problem:  # the border: whatever a receiver does with a body it did not expect
        log.exception("a delivery can't be understood", extra={"receiver": receiver.name, "delivery": delivery.id})
        return Understood(reason=_reason(f"{type(problem).__name__}: {problem}"))
    return Understood(rows)


def record_of(receiver: Receiver, delivery: Delivery, found: Understood, now: datetime) -> DeliveryRecord:
    """Return the row that keeps a clean delivery, and says what became of it."""
    return DeliveryRecord(
        id=delivery.id,
        receiver=receiver.name,
        kind=delivery.kind,
        body=delivery.body.decode("utf-8", "replace"),
        headers=dict(delivery.headers),
        received_at=delivery.received_at,
        state="quarantined" if found.reason else "parsed",
        reason=found.reason,
        rows=len(found.rows),
        read_at=now,
    )


def kept_delivery(row: Mapping[str, Any]) -> Delivery:
    """Return the delivery that a stored row keeps."""
    headers = row["headers"]
    headers = orjson.loads(headers) if isinstance(headers, str) else headers
    return Delivery(row["id"], row["kind"], headers or {}, row["body"].encode(), row["received_at"])


def _kept_headers(headers: Mapping[str, str], receiver: Receiver) -> dict[str, str]:
    wanted = {receiver.id_header, receiver.kind_header, *_KEPT_HEADERS}
    kept = {
        name: value
        for name, value in headers.items()
        if name in wanted or (name.startswith(("x-", "query-")) and not any(word in name for word in _SECRET_WORDS))
    }
    whole = "\n".join(kept.values())
    if redact(whole) != whole:  # one look at all of them; most deliveries hold nothing
        kept = {name: redact(value) for name, value in kept.items()}
    return {name: value[:500] for name, value in sorted(kept.items())[:_MOST_HEADERS]}


def _unpacked(delivery: Delivery, receiver: Receiver) -> tuple[bytes, str]:
    """Return the body as text, and what is wrong with it."""
    if receiver.unpack is None:
        return delivery.body, _fault(delivery.body)
    try:
        body = receiver.unpack(delivery.body)
    except Exception as problem:  # the border: whatever a receiver does with bytes it did not expect
        log.warning("a delivery can't be unpacked", exc_info=True, extra={"receiver": receiver.name})
        return delivery.body, _reason(f"the body can't be unpacked: {problem}")
    return body, _fault(body)


def _is_row(found: object) -> bool:
    return isinstance(found, Row)


def _reason(text: str) -> str:
    return redact(text)[:500] or "no reason given"


def _fault(body: bytes) -> str:
    """Return what is wrong with a body's bytes: no UTF-8, or JSON with a member that is there twice."""
    try:
        body.decode()
    except UnicodeDecodeError as problem:
        return f"the body is no UTF-8: byte {problem.start}"
    if body.lstrip()[:1] not in (b"{", b"["):
        return ""
    try:
        json.loads(body, object_pairs_hook=_once, parse_constant=_refuse)
    except _Twice as problem:
        return f"the body's JSON has the member {redact(str(problem))[:100]} twice"
    except (ValueError, RecursionError) as problem:
        return _reason(f"the body is no JSON: {problem}")
    return ""


class _Twice(Exception):
    """A member is there twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")
