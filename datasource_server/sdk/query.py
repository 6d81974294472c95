"""Query: one SELECT in one `.sql` file; its leading comment says what it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from datasource_server.sdk.errors import PluginError
from datasource_server.sdk.parts import composed, split

GIVEN = ("from", "to", "interval", "teams", "viewer", "sees_people")
"""Parameters that every query may read without declaring them."""

PARAMETER = re.compile(r"\$([a-z_]+)")

Shape = Literal["table", "timeseries", "variable", "annotations", "logs", "alert"]
"""How the answer is used: the columns that Grafana needs follow from it.

timeseries: `time` first and sorted, numbers, and texts that tell the series apart. variable: `text`, `value`.
annotations: `time`, `timeEnd`, `title`, `text`, `tags`. logs: `time`, `body`, `severity`, `id`, other texts.
alert: texts that are unique a row, and one number `value`.
"""


@dataclass(frozen=True, slots=True)
class Query:
    """One named SELECT of a connector.

    Comment lines `-- word: text` set `shape`, `title`, `limit` (how many rows a panel gets at most), and the defaults
    of parameters (`-- default days: 30`), or name parts (`-- with: me, pulls`); the other leading comment lines are its
    documentation.
    """

    connector: str
    name: str
    sql: str
    doc: str
    shape: Shape = "table"
    title: str = ""
    defaults: dict[str, str] = field(default_factory=dict)
    limit: int = 0

    @property
    def path(self) -> str:
        """Return `connector/name`, as Grafana names it."""
        return f"{self.connector}/{self.name}"

    def parameters(self) -> tuple[str, ...]:
        """Return the names of the multi-value parameters, in the order in which the SELECT reads them."""
        return tuple(dict.fromkeys(name for name in PARAMETER.findall(self.sql) if name not in GIVEN))


def read_query(connector: str, name: str, text: str, parts: Mapping[str, str] = MappingProxyType({})) -> Query:
    """Return the query that a file's text holds, with the parts that it names in front.

    `parts` are the texts of the files in `queries/parts`, by name. PluginError where the file has no sentence, an
    unknown shape or a part that does not exist.
    """
    comment, _ = split(text)
    words = dict(pair for line in comment if (pair := _directive(line)))
    doc = " ".join(line for line in comment if not _directive(line)).strip()
    shape = words.get("shape", "table")
    if not doc:
        raise PluginError(f"query {connector}/{name} has no leading comment that says what it answers")
    if shape not in get_args(Shape):
        raise PluginError(f"query {connector}/{name}: shape {shape} is none of {', '.join(get_args(Shape))}")
    defaults = {key.removeprefix("default "): value for key, value in words.items() if key.startswith("default ")}
    title = words.get("title", name.replace("_", " ").capitalize())
    if not (limit := words.get("limit", "0")).isdecimal():
        raise PluginError(f"query {connector}/{name}: limit {limit} is no number of rows")
    sql = composed(f"{connector}/{name}", text, parts)
    return Query(connector, name, sql, doc, shape, title, defaults, int(limit))  # type: ignore[arg-type]


def _directive(line: str) -> tuple[str, str] | None:
    word, colon, rest = line.partition(": ")
    is_known = word in ("shape", "title", "limit", "with") or (word.startswith("default ") and word.count(" ") == 1)
    return (word, rest.strip()) if colon and is_known else None
