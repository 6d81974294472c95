"""The nouns that a connector registers: collectors, receivers, derivations, notifiers, actions, commands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel

from datasource_server.sdk.caller import Role
from datasource_server.sdk.context import Context, Rows
from datasource_server.sdk.receiver import Delivery, Verify
from datasource_server.sdk.row import Row


@dataclass(frozen=True, slots=True)
class Replacement:
    """All rows of one table of this connector, within `where`: those that are not in `rows` any more are deleted.

    `where` maps a column to the value that it has there, or to a list of those that it may have.
    """

    table: type[Row]
    rows: Sequence[Row]
    where: Mapping[str, str | list[str]] = field(default_factory=dict)


Pages = AsyncIterator[Sequence[Row] | Replacement]
"""What a collector yields: rows page by page; they are written as they come."""

Scopes = Callable[[Any], Sequence[str] | Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Collector:
    """Pulls rows from outside every so often, scope by scope, from where the last finished pass ended."""

    name: str
    collect: Callable[[Context[Any]], Pages]
    every: timedelta
    scopes: Scopes
    overlap: timedelta
    first: timedelta
    doc: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Takes signed deliveries and turns each into rows; `read` is a pure function."""

    name: str
    read: Callable[[Delivery], Sequence[Row]]
    verify: Verify
    id_header: str
    kind_header: str
    max_bytes: int
    doc: str
    unpack: Callable[[bytes], bytes] | None = None
    told_apart_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Derivation:
    """Computes rows from rows; what it writes can always be made again.

    `by` names the column (with `source`) whose changed values are handed over and whose rows are replaced; empty:
    everything is made again at each change.
    """

    name: str
    derive: Callable[[Derive], Awaitable[Iterable[Row]]]
    of: tuple[type[Row], ...]
    writes: tuple[type[Row], ...]
    by: str
    doc: str


@dataclass(frozen=True, slots=True)
class Derive:
    """What a derivation is handed: `read(sql, **parameters)`, and in `changed` the (source, value) pairs to make again.

    `changed` is None when everything is to be made again. `settings` are the connector's own.
    """

    read: Callable[..., Awaitable[Rows]]
    changed: frozenset[tuple[str, str]] | None
    settings: Any = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way out: posted to `url` as JSON until it was taken. The same `id` is sent once."""

    id: str
    url: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notifier:
    """Says what rows say: on new rows of `on`, or every so often."""

    name: str
    compose: Callable[[Context[Any], Sequence[Row]], Awaitable[Iterable[Message]]]
    on: tuple[type[Row], ...]
    every: timedelta | None
    doc: str


@dataclass(frozen=True, slots=True)
class Action:
    """Changes something in another tool, on behalf of a person who holds `role` where the thing is owned.

    `parameters` is the pydantic model of its keyword arguments; `repo`, if there is one, says who owns the thing.
    """

    name: str
    act: Callable[..., Awaitable[object]]
    role: Role
    parameters: type[BaseModel]
    doc: str


Upload = Annotated[str, "upload"]
"""A command's parameter that is a file on the command line; the command is handed its text."""

Told = list[dict[str, Any]] | str
"""What a command answers: rows, or a text."""


@dataclass(frozen=True, slots=True)
class Command:
    """Answers an operator's question in the terminal: `opssight CONNECTOR COMMAND --keyword …`. It changes nothing.

    `parameters` is the pydantic model of its keyword arguments, `uploads` names those that are files.
    """

    name: str
    run: Callable[..., Awaitable[Told]]
    parameters: type[BaseModel]
    uploads: frozenset[str]
    doc: str
