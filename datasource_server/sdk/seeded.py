"""Rows made up from a table's annotations, for trying queries on a table that is not empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from datasource_server.sdk.row import Row

ORDER = ("written", "authored", "created", "opened", "queued", "started", "first", "committed", "finished", "closed")
"""Moments of one row, in the order in which they happen."""


def seeded_rows(table: type[Row], source: str, now: datetime, count: int = 12) -> list[Row]:
    """Return rows whose ids, repositories and moments fit those of other tables seeded alike."""
    return [_row(table, source, now, place) for place in range(count)]


def _row(table: type[Row], source: str, now: datetime, place: int) -> Row:
    values = {name: _value(name, field.annotation, now, place) for name, field in table.model_fields.items()}
    return table.model_validate(values | {"source": source, "team": ("alpha", "beta")[place % 2]})


def _value(name: str, annotation: Any, now: datetime, place: int) -> object:  # noqa: ANN401  any annotation
    kind, words = _plain(annotation)
    if words:
        return words[place % len(words)]
    makers: dict[Any, Callable[[], object]] = {
        str: lambda: _text(name, place),
        bool: lambda: place % 2 == 0,
        int: lambda: place + 1,
        float: lambda: 1.5 * (place + 1),
        datetime: lambda: _moment(name, now, place),
        list: lambda: [_text(name, place)],
        dict: lambda: {name: _text(name, place)},
    }
    return makers[kind]()


def _plain(annotation: Any) -> tuple[Any, tuple[str, ...]]:  # noqa: ANN401  any annotation
    """Return the class behind an annotation, and the words of a Literal."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return str, inner
    if origin in (Union, UnionType):
        return _plain(next(each for each in inner if each is not type(None)))
    if origin is not None:
        return (origin if isinstance(origin, type) and issubclass(origin, list | dict) else _plain(inner[0])[0]), ()
    return annotation, ()


def _text(name: str, place: int) -> str:
    if name == "id" or name.endswith("_id"):
        return str(place + 1)
    return {"repo": f"acme/web-{place % 3}", "url": f"https://forge.example/{place}"}.get(name, f"{name} {place % 4}")


def _moment(name: str, now: datetime, place: int) -> datetime:
    step = next((step for step, word in enumerate(ORDER) if word in name), len(ORDER))
    return now - timedelta(hours=2 * (place + 1)) + timedelta(minutes=step)
