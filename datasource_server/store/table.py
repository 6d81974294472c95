"""Table: what the store knows of a Row class: columns, their types and defaults, and how versions are compared."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from datasource_server.sdk.errors import PluginError
from datasource_server.sdk.row import Row

SIMPLE = {
    bool: "BOOLEAN",
    int: "BIGINT",
    float: "DOUBLE",
    str: "VARCHAR",
    datetime: "TIMESTAMP",
    date: "DATE",
    Decimal: "DECIMAL(28,10)",
}
PLAIN = frozenset((str, int, float, bool, type(None)))
STATUS_RANKS = {"queued": 0, "running": 1}
ENDED_RANK = 2


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its name, its DuckDB type, and what a row gets that does not give it, as a value and in SQL."""

    name: str
    type: str
    value: object
    default: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: the columns of its Row class in order, and the class's rules for keys and versions."""

    row: type[Row]
    name: str
    columns: Mapping[str, TableColumn]
    key: tuple[str, ...]
    newer: tuple[str, ...]
    once: bool

    @property
    def places(self) -> tuple[str, ...]:
        """Return the columns that say where a row belongs: its source, and its repository where it has one."""
        return ("source", "repo") if "repo" in self.columns else ("source",)

    def record(self, row: Row) -> dict[str, object]:
        """Return the columns that a row gives, its key and its source, as values that JSON can hold."""
        values = row.__dict__
        given = _given(type(row), frozenset(row.model_fields_set))
        return {name: each if type(each := values[name]) in PLAIN else _plain(each) for name in given}

    def identity(self, row: Row) -> dict[str, object]:
        """Return the key columns of a row, as values that JSON can hold."""
        return {name: _plain(getattr(row, name)) for name in self.key}

    def version(self, record: Mapping[str, object]) -> tuple[tuple[Any, ...], ...]:
        """Return what is compared between two versions of a row; the greater one is newer."""
        return tuple(_rank(name, record.get(name, self.columns[name].value)) for name in self.newer)


@lru_cache(maxsize=2_000)
def _given(row: type[Row], fields: frozenset[str]) -> tuple[str, ...]:
    """Return the columns that a row with these fields gives, in the table's order."""
    return tuple(name for name in row.model_fields if name in fields or name in row.key or name == "source")


@cache
def table_of(row: type[Row]) -> Table:
    """Return the table of a Row class; PluginError where a column's type is none that a table can hold."""
    columns = {name: _column(row, name, field) for name, field in row.model_fields.items()}
    return Table(row, row.table, columns, row.key, row.newer, row.once)


def by_name(rows: Iterable[type[Row]]) -> dict[str, type[Row]]:
    """Return Row classes by the name of their table; PluginError where two have the same."""
    named: dict[str, type[Row]] = {}
    for row in rows:
        if (other := named.setdefault(row.table, row)) is not row:
            raise PluginError(f"table {row.table} is declared twice: by {other.__module__} and by {row.__module__}")
        table_of(row)
    return named


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _column(row: type[Row], name: str, field: FieldInfo) -> TableColumn:
    if (found := _type(field.annotation)) is None:
        raise PluginError(f"column {row.table}.{name} has type {field.annotation}, which no table can hold")
    default = None if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
    return TableColumn(name, found, _plain(default), _literal(default, found))


def _type(annotation: object) -> str | None:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return _union_type(arguments)
    if origin is typing.Literal:
        return SIMPLE.get(type(arguments[0]))
    if origin in (list, tuple, set, frozenset, Sequence):
        item = _type(arguments[0])
        return f"{item}[]" if item else None
    return _class_type(origin or annotation)


def _union_type(arguments: tuple[object, ...]) -> str | None:
    found = {_type(each) for each in arguments if each is not type(None)}
    return found.pop() if len(found) == 1 else None


def _class_type(annotation: object) -> str | None:
    if not isinstance(annotation, type):
        return None
    if annotation in SIMPLE:
        return SIMPLE[annotation]
    if issubclass(annotation, Enum):
        return SIMPLE.get(type(next(iter(annotation)).value))
    return "JSON" if issubclass(annotation, (dict, Mapping, BaseModel)) else None


def _plain(value: Any) -> object:  # noqa: ANN401  whatever a column holds
    if type(value) in PLAIN:
        return value
    if isinstance(value, datetime):
        return (value if value.tzinfo in (None, UTC) else value.astimezone(UTC)).replace(tzinfo=None)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal) else _document(value)


def _document(value: Any) -> object:  # noqa: ANN401  whatever a column holds
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return {name: _plain(each) for name, each in value.items()} if isinstance(value, Mapping) else value


def _rank(name: str, value: object) -> tuple[Any, ...]:
    if value is None:
        return (0,)
    return (1, STATUS_RANKS.get(str(value), ENDED_RANK)) if name == "status" else (1, value)


def _literal(value: object, column_type: str) -> str:
    plain = _plain(value)
    if plain is None or plain != plain:  # noqa: PLR0124  only NaN differs from itself
        return "NULL"
    if isinstance(plain, (bool, int, float)):
        return str(plain).upper()
    text = plain if isinstance(plain, str) else str(plain) if isinstance(plain, date) else orjson.dumps(plain).decode()
    if column_type.endswith("[]"):
        return f"CAST(CAST({text_literal(text)} AS JSON) AS {column_type})"
    return text_literal(text) if column_type == "VARCHAR" else f"CAST({text_literal(text)} AS {column_type})"
