"""Triggers: what a notifier has yet to speak about, kept in the transaction of the rows themselves.

A trigger is a row of `notification` that waits until all its messages were taken. It holds the rows, not the messages:
the address of a message is often a secret, so messages are composed again after a restart.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from datasource_server.sdk import Notifier, Row
from datasource_server.sdk.journal import Notification
from datasource_server.store import Store

PREFIX = "trigger/"
_FIRST_SECONDS = 1
_LONGEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One occasion for a notifier to speak."""

    connector: str
    notifier: str
    id: str
    rows: Sequence[Row]
    tries: int
    tried_at: datetime

    @property
    def due_at(self) -> datetime:
        pause = timedelta(seconds=_FIRST_SECONDS * 2 ** min(self.tries - 1, 12)) if self.tries else timedelta(0)
        return self.tried_at + min(pause, _LONGEST)


def trigger_row(connector: str, notifier: Notifier, rows: Iterable[Row], now: datetime) -> Notification:
    """Return the row that keeps an occasion: new rows, or (without any) a tick of the clock."""
    kind = "new" if notifier.on else "tick"
    return Notification(
        source=connector,
        id=f"{PREFIX}{kind}/{uuid.uuid4().hex}",
        notifier=notifier.name,
        body=orjson.dumps([{"table": row.table, "row": row.model_dump(mode="json")} for row in rows]).decode(),
        state="waiting",
        tried_at=now,
    )


async def waiting(store: Store) -> list[Trigger]:
    """Return the triggers that are not done with, oldest first."""
    found = await store.rows(
        "SELECT source, notifier, id, body, tries, tried_at FROM notification "
        "WHERE state = 'waiting' AND starts_with(id, $prefix) ORDER BY tried_at, id",
        prefix=PREFIX,
    )
    return [_trigger(each, store.tables) for each in found]


async def fresh(store: Store, table: type[Row], rows: Sequence[Row]) -> list[Row]:
    """Return those of the rows that the store does not have yet."""
    if not rows:
        return []
    texts = [name for name in table.key if isinstance(getattr(rows[0], name), str)]
    conditions = " AND ".join(f'list_contains(${name}, "{name}")' for name in texts) or "true"
    columns = ", ".join(f'"{name}"' for name in table.key)
    wanted = {name: sorted({getattr(row, name) for row in rows}) for name in texts}
    sql = f'SELECT {columns} FROM "{table.table}" WHERE {conditions}'  # noqa: S608  names of a table and its columns
    known = {tuple(each[name] for name in table.key) for each in await store.rows(sql, **wanted)}
    return list({row.identity(): row for row in rows if row.identity() not in known}.values())


def _trigger(found: Mapping[str, Any], tables: Mapping[str, type[Row]]) -> Trigger:
    kept = [each for each in orjson.loads(found["body"] or "[]") if each["table"] in tables]
    rows = [tables[each["table"]](**each["row"]) for each in kept]
    return Trigger(found["source"], found["notifier"], found["id"], rows, found["tries"], found["tried_at"])
