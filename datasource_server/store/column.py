"""Column: one column of an answer, as Grafana has to know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["time", "number", "string", "boolean", "list", "json"]

KINDS: dict[str, Kind] = {
    "boolean": "boolean",
    "date": "time",
    "list": "list",
    "array": "list",
    "struct": "json",
    "map": "json",
    "union": "json",
    "interval": "number",
    "bignum": "string",
}
NUMBERS = ("int", "float", "double", "decimal")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, how it is shown, and DuckDB's exact type."""

    name: str
    type: Kind
    exact: str = ""


def column(name: str, exact: str, word: str) -> Column:
    """Return the column of a DuckDB type; `word` is the type's id, such as `list` or `timestamp with time zone`."""
    return Column(name, _kind(exact, word), exact)


def _kind(exact: str, word: str) -> Kind:
    if exact == "JSON":
        return "json"
    if word in KINDS:
        return KINDS[word]
    if word.startswith("timestamp"):
        return "time"
    return "number" if any(part in word for part in NUMBERS) else "string"
