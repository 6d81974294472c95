"""Redaction: takes terminal codes and secrets out of everything before it is stored or sent."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from datasource_server.ingest.pattern import Pattern
from datasource_server.ingest.secret_shapes import NAMES, SHAPES
from datasource_server.ingest.terminal_codes import has_codes, strip_codes
from datasource_server.sdk import Row

MASK = "•••"
_MASK = MASK.encode()
_ALWAYS = (b"passw", b"pwd", b"secret", b"passphrase")
_DEEPEST = 100

_SECRET = Pattern(SHAPES)
_SECRET_NAME = Pattern(NAMES)


def redact(text: str) -> str:
    """Return the text without terminal codes, each secret replaced by `•••`; the number of lines stays."""
    return _masked(_cleaned(text.encode("utf-8", "replace"))).decode("utf-8", "replace")


def redact_json(body: bytes) -> bytes:
    """Return a JSON body with all its texts redacted; what is no JSON is redacted as one text."""
    if not _is_suspect(body):
        return body
    try:
        return orjson.dumps(_redact_value(orjson.loads(body), 0))
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        return redact(body.decode("utf-8", "replace")).encode()


def redact_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with all their texts redacted; secrets that run over several rows' texts are found too."""
    groups: dict[type[Row], list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(type(row), []).append(place)
    result = list(rows)
    for table, places in groups.items():
        for place, row in zip(places, _redact_table(table, [rows[place] for place in places]), strict=True):
            result[place] = row
    return result


def redact_row(row: Row) -> Row:
    """Return the row with all its texts redacted."""
    return redact_rows([row])[0]


def redact_lines(texts: Sequence[str]) -> list[str]:
    """Return the texts redacted as if they stood below each other."""
    whole = _cleaned("\n".join(texts).encode("utf-8", "replace"))
    lines = _masked(whole).decode("utf-8", "replace").split("\n")
    if len(lines) == len(texts):
        return lines
    cleaned = [_cleaned(text.encode("utf-8", "replace")) for text in texts]
    counts = [each.count(b"\n") + 1 for each in cleaned]
    lines = _masked(b"\n".join(cleaned)).decode("utf-8", "replace").split("\n")
    ends = list(itertools.accumulate(counts))
    return ["\n".join(lines[end - count : end]) for end, count in zip(ends, counts, strict=True)]


def _cleaned(text: bytes) -> bytes:
    return strip_codes(text) if has_codes(text) else text


def _masked(text: bytes) -> bytes:
    """Return the same object where there is no secret in it."""
    return _SECRET.replace(text, _replacement)


def _replacement(whole: bytes, groups: Sequence[bytes]) -> bytes:
    if len(groups) < 2:
        return b"\n".join(_MASK if line.strip() else line for line in whole.split(b"\n"))
    head, secret = groups
    return head + _MASK + whole[len(head) + len(secret) :] if _is_secret(head, secret) else whole


def _is_secret(head: bytes, value: bytes) -> bool:
    """Tell `token: unexpected` from a token: passwords are always one, other things with a digit or when long."""
    name = head.lower()
    if value.startswith(b"http") and b"@" not in value:
        return False
    if head.startswith((b":", b"?", b"&")) or any(word in name for word in _ALWAYS):
        return value.lower() not in (b"true", b"false", b"null", b"none", b"write", b"read")
    return len(value) >= 24 or (len(value) >= 8 and any(letter in b"0123456789" for letter in value))


def _is_suspect(body: bytes) -> bool:
    """Say whether a body must be read: an escaped character may hide a code, an escaped line feed a wrapped secret."""
    if b"\\u" in body or has_codes(body):
        return True
    plain = body.replace(b"\\n", b"\n").replace(b"\\/", b"/") if b"\\" in body else body
    return _SECRET.is_in(plain) or (plain is not body and _SECRET.is_in(body))


def _redact_value(value: Any, depth: int) -> Any:  # noqa: ANN401  whatever JSON holds
    if isinstance(value, str):
        return redact(value)
    if depth > _DEEPEST:
        return redact(orjson.dumps(value).decode()) if isinstance(value, list | dict) else value
    if isinstance(value, list):
        return [_redact_value(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {redact(name): _redact_member(name, each, depth + 1) for name, each in value.items()}
    return value


def _redact_member(name: str, value: Any, depth: int) -> Any:  # noqa: ANN401  whatever JSON holds
    if isinstance(value, str) and value and _SECRET_NAME.is_in(name.encode("utf-8", "replace")):
        return MASK if _is_secret(name.encode("utf-8", "replace"), value.encode("utf-8", "replace")) else redact(value)
    return _redact_value(value, depth)


def _redact_table(table: type[Row], rows: list[Row]) -> list[Row]:
    if _is_clean(rows):
        return rows
    changes: list[dict[str, Any]] = [{} for _ in rows]
    for name in table.model_fields:
        for place, value in _changed([getattr(row, name, None) for row in rows]):
            changes[place][name] = value
    return [row.model_copy(update=change) if change else row for row, change in zip(rows, changes, strict=True)]


def _is_clean(rows: list[Row]) -> bool:
    """Say whether all texts of all columns hold nothing, in one look; most pages are like that."""
    texts: list[str] = []
    for row in rows:
        for value in row.__dict__.values():
            if isinstance(value, str):
                texts.append(value)
            elif isinstance(value, list):
                texts += [each for each in value if isinstance(each, str)]
            elif isinstance(value, dict) and value:
                return False
    whole = "\n".join(texts).encode("utf-8", "replace")
    return not has_codes(whole) and not _SECRET.is_in(whole)


def _changed(values: list[Any]) -> Iterable[tuple[int, Any]]:
    """Yield place and new value of what a column's redaction changes."""
    texts = [(place, value) for place, value in enumerate(values) if isinstance(value, str) and value]
    for (place, old), new in zip(texts, redact_lines([value for _, value in texts]) if texts else [], strict=True):
        if new != old:
            yield place, new
    for place, value in enumerate(values):
        if isinstance(value, list | dict) and value and (new := _redact_value(value, 0)) != value:
            yield place, new
