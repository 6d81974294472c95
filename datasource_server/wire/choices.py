"""Answers that offer a choice: values of variables, keys and values of filters, older annotations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from datasource_server.query import Column, Result

FILTERED_TYPES = {"string": "string", "number": "number", "boolean": "boolean"}
"""Types of the columns that an ad-hoc filter may name."""


def to_variable(result: Result) -> bytes:
    """Return the values of a variable as `[{"__text", "__value"}]`: from `text` and `value`, else the first column."""
    columns = {column.name: orjson.loads(values) for column, values in zip(result.columns, result.body, strict=True)}
    values = columns.get("value", columns.get("__value", next(iter(columns.values()), [])))
    texts = columns.get("text", columns.get("__text", values))
    pairs = {_text(value): _text(text) for value, text in zip(values, texts, strict=True) if value is not None}
    return orjson.dumps([{"__text": text, "__value": value} for value, text in pairs.items()])


def to_options(values: Iterable[str]) -> bytes:
    """Return the values of a parameter as `[{"label", "value"}]`."""
    return orjson.dumps([{"label": value, "value": value} for value in values])


def to_tag_keys(answers: Sequence[Sequence[Column]]) -> bytes:
    """Return the columns that a filter may name, as `[{"type", "text"}]`: those of every answer, if there are any."""
    sets = [{column.name: column.type for column in columns if column.type in FILTERED_TYPES} for columns in answers]
    every = {name: kind for each in reversed(sets) for name, kind in each.items()}
    shared = [name for name in every if all(name in each for each in sets)]
    return orjson.dumps([{"type": FILTERED_TYPES[every[name]], "text": name} for name in shared or sorted(every)])


def to_tag_values(values: Iterable[str]) -> bytes:
    """Return the values of a column as `[{"text"}]`."""
    return orjson.dumps([{"text": value} for value in values])


def to_annotations(result: Result, asked: dict[str, Any]) -> bytes:
    """Return events in the older form: `[{"annotation", "time", "timeEnd", "title", "text", "tags": […]}]`."""
    names = [column.name for column in result.columns]
    rows = zip(*(orjson.loads(values) for values in result.body), strict=True)
    events = (dict(zip(names, row, strict=True)) for row in rows)
    return orjson.dumps([{"annotation": asked, **event, "tags": _tags(event.get("tags"))} for event in events])


def _tags(raw: object) -> list[str]:
    if isinstance(raw, list):
        return [str(each) for each in raw]
    return [part.strip() for part in str(raw or "").split(",") if part.strip()]


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
