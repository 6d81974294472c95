"""The values of a parameter, in every spelling that a Grafana client writes them."""

from __future__ import annotations

import re

import orjson

ALL = frozenset({"", "__all", "$__all"})
_ESCAPED = re.compile(r"\\(.)")


def read_values(raw: object) -> tuple[str, ...]:
    """Return the chosen values; none at all means that everything is meant.

    Read are one value, `a,b`, a JSON array or text, a list, `(a|b)` and `{a,b}`; `__all` among them means all.
    """
    found = tuple(_each(raw))
    return () if any(value in ALL for value in found) else found


def _each(raw: object) -> list[str]:
    if isinstance(raw, str):
        return _texts(raw.strip())
    if isinstance(raw, list | tuple):
        return [_scalar(value) for value in raw]
    if isinstance(raw, dict):
        return _each(raw.get("value", ""))
    return [] if raw is None else [_scalar(raw)]


def _texts(text: str) -> list[str]:
    if text[:1] in ("[", '"') and (parsed := _json(text)) is not None:
        return _each(parsed) if isinstance(parsed, list) else [parsed]
    if text.startswith("(") and text.endswith(")") and "|" in text:
        return [_ESCAPED.sub(r"\1", part) for part in re.split(r"(?<!\\)\|", text[1:-1])]
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    return [part.strip() for part in text.split(",") if part.strip()]


def _json(text: str) -> list[object] | str | None:
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, list | str) else None


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return orjson.dumps(value).decode() if isinstance(value, bool | dict | list) else ""
