"""Receive: one signed delivery in; it is answered after its commit, and kept even where it can't be understood."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from datasource_server.ingest.clock import Clock
from datasource_server.ingest.options import IngestOptions
from datasource_server.ingest.reading import Clean, Understood, clean, record_of, understand
from datasource_server.ingest.writing import Writing
from datasource_server.plugins import Plugins
from datasource_server.sdk import Delivery, NotFound, OpsSightError, Overloaded, Receiver, Rejected

log = logging.getLogger(__name__)

_REMEMBERED = 20_000
_LARGE = 200_000
_LONGEST_ID = 200

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a delivery: `parsed` into so many rows, or `quarantined`; `is_repeated` where it was known."""

    id: str
    state: str
    rows: int
    is_repeated: bool = False


class Receiving:
    """Takes deliveries; the same one is stored once, however often and at once it comes."""

    def __init__(self, plugins: Plugins, writing: Writing, clock: Clock, options: IngestOptions) -> None:
        self._plugins = plugins
        self._writing = writing
        self._clock = clock
        self._options = options
        self._done: OrderedDict[_Key, Received] = OrderedDict()
        self._running: dict[_Key, asyncio.Task[Received]] = {}
        self._bytes = 0
        self.counts: Counter[tuple[str, str, str]] = Counter()

    async def receive(
        self, connector: str, receiver: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]
    ) -> Received:
        """Take a delivery; Rejected unless it is signed and small enough, Overloaded while there is no room."""
        taker = self._find(connector, receiver)
        try:
            delivery = self._verified(connector, taker, _lower(headers, query), body)
        except Rejected:
            self.counts[connector, receiver, "rejected"] += 1
            raise
        key = (connector, receiver, delivery.id)
        if (known := self._done.get(key)) is not None:
            return replace(known, is_repeated=True)
        if (running := self._running.get(key)) is not None:
            return replace(await asyncio.shield(running), is_repeated=True)
        return await asyncio.shield(self._start(key, taker, delivery))

    def _find(self, connector: str, receiver: str) -> Receiver:
        if connector not in self._plugins.configured:
            raise NotFound(f"connector {connector} is not configured")
        if receiver not in (receivers := self._plugins.connectors[connector].receivers):
            raise NotFound(f"connector {connector} has no receiver {receiver}")
        return receivers[receiver]

    def _verified(self, connector: str, receiver: Receiver, headers: dict[str, str], body: bytes) -> Delivery:
        most = min(receiver.max_bytes, self._options.max_body_bytes)
        if len(body) > most:
            raise Rejected(f"the delivery has {len(body):,} bytes; at most {most:,} are taken", status=413)
        settings = self._plugins.configured[connector]
        secrets = settings.webhook_secrets()
        if not secrets:
            raise Rejected(f"connector {connector} has no webhook_secret, so no delivery can be believed")
        identity = headers.get(receiver.id_header, "")[:_LONGEST_ID] or _hash(receiver, headers, body)
        kind = headers.get(receiver.kind_header, "")[:100]
        delivery = Delivery(identity, kind, headers, body, self._clock.now(), settings)
        try:
            receiver.verify(delivery, secrets)
        except Rejected:
            raise
        except Exception as problem:  # a check that stumbles over junk has not proved anything
            log.warning("a signature check failed", exc_info=True, extra={"connector": connector})
            raise Rejected(f"the signature can't be checked: {type(problem).__name__}") from None
        return delivery

    def _start(self, key: _Key, receiver: Receiver, delivery: Delivery) -> asyncio.Task[Received]:
        if self._bytes + len(delivery.body) > self._options.in_flight_bytes:
            raise Overloaded("too many deliveries are being read")
        self._bytes += len(delivery.body)
        task = asyncio.create_task(self._take(key, receiver, delivery))
        self._running[key] = task
        task.add_done_callback(lambda ended: self._end(key, len(delivery.body), ended))
        return task

    def _end(self, key: _Key, size: int, task: asyncio.Task[Received]) -> None:
        self._bytes -= size
        self._running.pop(key, None)
        if task.cancelled() or task.exception() is not None:
            return
        received = task.result()
        self.counts[key[0], key[1], received.state] += 1
        if received.state == "parsed":
            self._done[key] = received
            while len(self._done) > _REMEMBERED:
                self._done.popitem(last=False)

    async def _take(self, key: _Key, receiver: Receiver, delivery: Delivery) -> Received:
        is_large = len(delivery.body) > _LARGE
        kept, found = await asyncio.to_thread(_read, receiver, delivery) if is_large else _read(receiver, delivery)
        try:
            found = await self._write(key[0], receiver, kept, found)
        except Overloaded:
            raise
        except OpsSightError as problem:
            # its rows can't be written: keep the delivery at least
            found = await self._write(key[0], receiver, kept, Understood(reason=str(problem)[:500]))
        return Received(delivery.id, found.state, len(found.rows))

    async def _write(self, connector: str, receiver: Receiver, kept: Clean, found: Understood) -> Understood:
        record = record_of(receiver, kept.delivery, found, self._clock.now()).stamped(source=connector)
        rows = await self._writing.prepare(connector, found.rows)
        await self._writing.write_prepared([record], rows)
        return found


def _read(receiver: Receiver, delivery: Delivery) -> tuple[Clean, Understood]:
    kept = clean(delivery, receiver)
    return kept, Understood(reason=kept.fault) if kept.fault else understand(receiver, kept.delivery)


def _hash(receiver: Receiver, headers: Mapping[str, str], body: bytes) -> str:
    facts = [headers.get(name, "") for name in receiver.told_apart_by]
    # without facts the hash is the body's alone, as it always was
    return hashlib.sha256(body + "\0".join(["", *facts]).encode("utf-8", "surrogateescape")).hexdigest()


def _lower(headers: Mapping[str, str], query: Mapping[str, str]) -> dict[str, str]:
    lower = {name.lower(): value for name, value in headers.items()}
    return lower | {f"query-{name.lower()}": value for name, value in query.items()}
