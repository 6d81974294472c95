"""Plans: every query of every connector, read and checked once at start; a broken one is named, the others work."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from datasource_server.query.parameters import GIVEN, RESERVED
from datasource_server.query.scope import named_in
from datasource_server.sdk import Connector, NotFound, OpsSightError, PluginError, Query
from datasource_server.store import Statement, read_statement

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """A query with its statement: which tables it may read, and which of its parameters a caller chooses."""

    query: Query
    statement: Statement
    tables: tuple[str, ...]
    parameters: tuple[str, ...]


@dataclass(slots=True)
class Plans:
    """The plans by path (`connector/query`), and what is wrong with those that can't be used."""

    usable: dict[str, Plan] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def find(self, path: str) -> Plan:
        """Return the plan; NotFound where there is no such query, PluginError where it is broken."""
        if path in self.broken:
            raise PluginError(f"query {path} can't be used; the server's log says why")
        if path not in self.usable:
            raise NotFound(f"there is no query {path[:120]!r}")
        return self.usable[path]

    def refuse(self, path: str, reason: str) -> None:
        """Make a query unusable, and say why to the operator."""
        self.usable.pop(path, None)
        self.broken[path] = reason
        log.error("query can't be used", extra={"query": path, "reason": reason})


def read_plans(connectors: Mapping[str, Connector], tables: Collection[str]) -> Plans:
    """Return the plans of all connectors over these tables."""
    plans = Plans()
    for name, connector in connectors.items():
        for query in _queries(name, connector, plans):
            try:
                plans.usable[query.path] = _plan(query, tables)
            except OpsSightError as problem:
                plans.refuse(query.path, str(problem))
    return plans


def _queries(name: str, connector: Connector, plans: Plans) -> list[Query]:
    try:
        return list(connector.queries().values())
    except (OpsSightError, OSError, ImportError, UnicodeError) as problem:
        plans.refuse(f"{name}/*", str(problem))
        return []


def _plan(query: Query, tables: Collection[str]) -> Plan:
    statement = read_statement(query.sql, tables)
    if ours := [name for name in statement.parameters if name.startswith(RESERVED)]:
        raise PluginError(f"query {query.path}: ${ours[0]} is a name of OpsSight's own")
    parameters = tuple(name for name in statement.parameters if name not in GIVEN)
    return Plan(query, statement, tuple(sorted({*statement.tables, *named_in(query.sql, tables)})), parameters)
