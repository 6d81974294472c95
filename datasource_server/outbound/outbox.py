"""Outbox: sends what notifiers say until it was taken, at least once, across restarts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import httpx
import orjson

from datasource_server.ingest import Ingest
from datasource_server.ingest.redact import redact_json
from datasource_server.outbound.triggers import PREFIX, Trigger, fresh, trigger_row, waiting
from datasource_server.plugins import Plugins
from datasource_server.sdk import Message, Notifier, OpsSightError, Row, UpstreamError
from datasource_server.sdk.journal import Notification
from datasource_server.store import Commit, Store

log = logging.getLogger(__name__)

MOST_TRIES = 24
_LOOK_SECONDS = 60.0
_LAST_TICK = """
SELECT max(tried_at) AS at FROM notification
WHERE source = $source AND notifier = $notifier AND starts_with(id, $prefix)
"""

_State = Literal["waiting", "sent", "failed"]


class Outbox:
    """Composes and posts messages after the rows they speak of were committed; `start` and `stop` go in pairs."""

    def __init__(self, store: Store, plugins: Plugins, ingest: Ingest) -> None:
        self._store = store
        self._ingest = ingest
        self._notifiers = {
            (name, each.name): each
            for name in plugins.configured
            for each in plugins.connectors[name].notifiers.values()
        }
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: asyncio.Task[None] | None = None
        if self._notifiers:
            ingest.accompany(self._along)
            store.listen(self._heard)

    async def start(self) -> None:
        if self._notifiers:
            self._loop = asyncio.get_running_loop()
            self._worker = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Break off; what was not taken waits for the next start."""
        self._loop = None
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)

    async def send_due(self) -> float:
        """Tick the clocks, send what is due, and return after how many seconds to look again."""
        for (connector, _), notifier in self._notifiers.items():
            if notifier.every is not None:
                await self._tick(connector, notifier, notifier.every)
        now = self._ingest.clock.now()
        triggers = [each for each in await waiting(self._store) if (each.connector, each.notifier) in self._notifiers]
        due = [each for each in triggers if each.due_at <= now]
        for each in due:
            await self._guarded(each)
        later = [(each.due_at - now).total_seconds() for each in triggers if each.due_at > now]
        return min([_LOOK_SECONDS, *later]) if not due else 1.0

    async def _run(self) -> None:
        seconds = 0.0
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), seconds)
            self._wake.clear()
            try:
                seconds = await self.send_due()
            except Exception:  # the border: an ill store; the next look tries again
                log.exception("the outbox could not be read")
                seconds = _LOOK_SECONDS

    async def _along(self, rows: Sequence[Row]) -> list[Row]:
        """Return the triggers that belong into the transaction of these rows."""
        triggers: list[Row] = []
        for (connector, _), notifier in self._notifiers.items():
            for table in notifier.on:
                new = await fresh(self._store, table, [row for row in rows if row.table == table.table])
                if new:
                    triggers.append(trigger_row(connector, notifier, new, self._ingest.clock.now()))
        return triggers

    async def _tick(self, connector: str, notifier: Notifier, every: timedelta) -> None:
        """Add a tick where the last is long enough ago; the very first only starts the clock."""
        prefix = f"{PREFIX}tick/"
        found = await self._store.rows(_LAST_TICK, source=connector, notifier=notifier.name, prefix=prefix)
        last: datetime | None = found[0]["at"] if found else None
        now = self._ingest.clock.now()
        if last is not None and now - last < every:
            return
        row = trigger_row(connector, notifier, (), now)
        await self._store.write([row if last is not None else row.model_copy(update={"state": "sent"})])

    async def _guarded(self, trigger: Trigger) -> None:
        """Send a trigger's messages; it waits on until all were taken, or for too long."""
        problem = await self._speak(trigger)
        tries = trigger.tries + 1
        state: _State = "sent" if not problem else "failed" if tries >= MOST_TRIES else "waiting"
        known = {"source": trigger.connector, "id": trigger.id, "state": state, "tries": tries, "error": problem}
        await self._store.write([_noted(known, self._ingest.clock.now())])

    async def _speak(self, trigger: Trigger) -> str:
        notifier = self._notifiers[trigger.connector, trigger.notifier]
        context = self._ingest.context(trigger.connector, "", notifier.name)
        try:
            messages = list(await notifier.compose(context, trigger.rows))
        except Exception as problem:  # the border: whatever a connector's notifier does
            log.exception("a notifier failed", extra={"connector": trigger.connector, "notifier": trigger.notifier})
            return self._ingest.redacted(f"{type(problem).__name__}: {problem}")[:500]
        sent = await self._sent(trigger.connector, messages)
        problems = [await self._post(context.http, trigger, each) for each in messages if each.id not in sent]
        return next((each for each in problems if each), "")

    async def _sent(self, connector: str, messages: Iterable[Message]) -> set[str]:
        found = await self._store.rows(
            "SELECT id FROM notification WHERE source = $source AND state = 'sent' AND list_contains($ids, id)",
            source=connector,
            ids=[each.id for each in messages],
        )
        return {each["id"] for each in found}

    async def _post(self, http: httpx.AsyncClient, trigger: Trigger, message: Message) -> str:
        """Post one message, note how it went, and return why it was not taken; empty where it was."""
        body = redact_json(orjson.dumps(message.body))
        headers = {"content-type": "application/json", "idempotency-key": message.id}
        problem = ""
        try:
            response = await http.post(message.url, content=body, headers=headers)
            problem = "" if response.is_success else f"answered {response.status_code}"
        except (OpsSightError, httpx.HTTPError, httpx.InvalidURL) as failure:
            status = failure.upstream_status if isinstance(failure, UpstreamError) else 0
            problem = f"answered {status}" if status else f"no answer ({type(failure).__name__})"
        tries = trigger.tries + 1
        state: _State = "sent" if not problem else "failed" if tries >= MOST_TRIES else "waiting"
        known = {"source": trigger.connector, "id": message.id, "state": state, "tries": tries, "error": problem}
        row = _noted(known | {"notifier": trigger.notifier, "body": body.decode()}, self._ingest.clock.now())
        await self._store.write([row])
        return problem

    def _heard(self, commit: Commit) -> None:
        """Wake the outbox from the writer's thread."""
        if (loop := self._loop) is not None and Notification.table in commit.touched and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)


def _noted(columns: dict[str, Any], now: datetime) -> Notification:
    """Return a notification of just these columns; the store keeps the others as they are."""
    return Notification.model_construct({*columns, "tried_at"}, tried_at=now, **columns)
