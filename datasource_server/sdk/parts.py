"""Parts: SELECTs that several queries share; each stands in front of a query as a CTE of its file's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from datasource_server.sdk.errors import PluginError

OPENING = re.compile(r"((?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*)with\b(\s+recursive\b)?", re.IGNORECASE | re.DOTALL)
"""How a query with CTEs of its own begins, behind comments."""


def split(text: str) -> tuple[list[str], str]:
    """Return the lines of a file's leading comment, and its SELECT."""
    lines = text.strip().splitlines()
    end = next((place for place, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return [line.removeprefix("--").strip() for line in lines[:end]], "\n".join(lines[end:]).strip()


def named(comment: Iterable[str]) -> tuple[str, ...]:
    """Return the parts that a leading comment names: `-- with: me, pulls`."""
    lists = (line.removeprefix("with: ") for line in comment if line.startswith("with: "))
    return tuple(name for each in lists for part in each.split(",") if (name := part.strip()))


def composed(path: str, text: str, parts: Mapping[str, str]) -> str:
    """Return the SELECT of a query's file, with the parts that its comment names as its first CTEs.

    Each part stands there once, behind those that it names itself. PluginErrors name query and part.
    """
    comment, sql = split(text)
    needed = _Needed(path, parts)
    for name in named(comment):
        needed.add(name)
    if not needed.found:
        return sql
    first = ",\n\n".join(f"{name} AS (\n{part}\n)" for name, part in needed.found.items())
    if not (own := OPENING.match(sql)):
        return f"WITH\n{first}\n\n{sql}"
    return f"{own[1]}WITH{own[2] or ''}\n{first},\n{sql[own.end() :]}"


@dataclass(slots=True)
class _Needed:
    """The parts that one query needs, in the order in which they must stand."""

    path: str
    parts: Mapping[str, str]
    found: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, users: tuple[str, ...] = ()) -> None:
        """Find a part, behind those that it is made of; `users` are the parts that need it."""
        if name in self.found:
            return
        if name in users:
            raise PluginError(f"query {self.path}: part {name} is made of itself: {' > '.join((*users, name))}")
        if name not in self.parts:
            known = ", ".join(sorted(self.parts)) or "none"
            raise PluginError(f"query {self.path}: there is no part queries/parts/{name}.sql; there are {known}")
        comment, sql = split(self.parts[name])
        if not any(line and not line.startswith("with: ") for line in comment):
            raise PluginError(f"query {self.path}: part {name} has no leading comment that says what it holds")
        for other in named(comment):
            self.add(other, (*users, name))
        self.found[name] = sql
