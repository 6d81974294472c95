"""Statement: what an author's SQL is, read by DuckDB's own parser: one SELECT over the known tables, or refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb
import orjson

from datasource_server.sdk.errors import QueryError
from datasource_server.store.failures import sentence

NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
REFERENCES = frozenset({"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT"})
TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})
REFUSED_FUNCTIONS = frozenset(
    """
    approx_quantile error getenv getvariable in_search_path json_deserialize_sql json_serialize_sql nextval
    currval setval setseed sleep_ms stats txid_current vector_type version write_log json_execute_serialized_sql
    get_block_size which_secret checkpoint force_checkpoint glob user session_user parse_duckdb_log_message
    col_description obj_description shobj_description format_pg_type map_to_pg_oid
    """.split()  # noqa: SIM905  thirty words, a line each, read worse
)
REFUSED_PREFIXES = ("query", "read_", "pg_", "has_", "duckdb_", "pragma_", "sniff_", "parquet_", "current_", "icu_")
ALLOWED_FUNCTIONS = frozenset({"current_date", "current_timestamp", "current_localtimestamp", "current_localtime"})
MAX_TEXT = 100_000

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT: its text without a closing semicolon, its `$names` in order, and the tables that it reads, sorted."""

    sql: str
    parameters: tuple[str, ...]
    tables: tuple[str, ...]


def read_statement(sql: str, tables: Collection[str]) -> Statement:
    """Return what a SELECT is; QueryError, with the reason, unless it is one SELECT that reads only `tables`.

    No schema may be named, no file, no table function but unnest, range and generate_series, and no function that
    reads the server's surroundings. Tables are told from the author's own CTEs where both have the same name.
    """
    text = _one_select(sql)
    reading = _Reading({name.casefold(): name for name in tables})
    try:
        for statement in _tree(text):
            reading.query(statement["node"], frozenset())
    except RecursionError:
        raise QueryError("the query is nested too deeply") from None
    return Statement(text, tuple(reading.parameters), tuple(sorted(reading.tables)))


@dataclass(slots=True)
class _Reading:
    """A walk through the syntax tree, with the CTEs that are in scope at each place."""

    known: dict[str, str]
    tables: set[str] = field(default_factory=set)
    parameters: dict[str, None] = field(default_factory=dict)

    def query(self, node: Node, scope: frozenset[str]) -> None:
        """Walk through one query: each of its CTEs sees those before it, the rest sees them all."""
        if (kind := node.get("type")) not in NODES:
            raise QueryError(f"a query may only SELECT; found {_words(kind)}")
        for entry in node.get("cte_map", {}).get("map", []):
            self.query(_body(entry["value"]), scope)
            scope |= {entry["key"].casefold()}
        if kind in ("RECURSIVE_CTE_NODE", "CTE_NODE"):
            scope |= {str(node.get("cte_name") or node.get("ctename")).casefold()}
        self.parts((part for name, part in node.items() if name != "cte_map"), scope)

    def parts(self, parts: Iterator[object], scope: frozenset[str]) -> None:
        """Walk through whatever a node consists of."""
        for part in parts:
            if isinstance(part, dict):
                self.part(part, scope)
            elif isinstance(part, list):
                self.parts(iter(part), scope)

    def part(self, node: Node, scope: frozenset[str]) -> None:
        """Walk through one query, table or expression."""
        kind = node.get("type")
        if isinstance(kind, str) and kind.endswith("_NODE"):
            self.query(node, scope)
            return
        if "sample" in node and "alias" in node:
            self._reference(node, scope)
        elif node.get("class") == "FUNCTION":
            _require_function(node)
        elif node.get("class") == "PARAMETER":
            self._parameter(node)
        self.parts(iter(node.values()), scope)

    def _reference(self, node: Node, scope: frozenset[str]) -> None:
        if (kind := node["type"]) not in REFERENCES:
            raise QueryError(f"a query may not use {_words(kind)}")
        if kind == "TABLE_FUNCTION" and node["function"]["function_name"].casefold() not in TABLE_FUNCTIONS:
            raise QueryError(f"a query may not read from function {node['function']['function_name']}")
        if kind != "BASE_TABLE":
            return
        name = node["table_name"]
        if node["schema_name"] or node["catalog_name"]:
            raise QueryError(f"a query names tables without schema; found {node['schema_name']}.{name}")
        if name.casefold() in scope:
            return
        if name.casefold() not in self.known:
            raise QueryError(f"no table {name}; there are {', '.join(sorted(self.known.values()))}")
        self.tables.add(self.known[name.casefold()])

    def _parameter(self, node: Node) -> None:
        if not (name := node["identifier"]).isidentifier():
            raise QueryError(f"parameters have names, such as $repo; found ${name}")
        self.parameters[name] = None


def _require_function(node: Node) -> None:
    name = node["function_name"].casefold()
    is_refused = name in REFUSED_FUNCTIONS or name.startswith(REFUSED_PREFIXES)
    is_named_in_full = node.get("schema") not in ("", "main") or node.get("catalog")
    if (is_refused and name not in ALLOWED_FUNCTIONS) or is_named_in_full:
        raise QueryError(f"a query may not use function {node['function_name']}")


def _body(cte: Node) -> Node:
    """Return a CTE's query: DuckDB 1 and 2 keep it in different places."""
    found = cte.get("query_node") or cte.get("query", {}).get("node")
    return found if isinstance(found, dict) else {}


def _words(kind: object) -> str:
    return str(kind).removesuffix("_NODE").removesuffix("_REF").replace("_", " ")


def _one_select(sql: str) -> str:
    if len(sql) > MAX_TEXT:
        raise QueryError(f"the query has {len(sql)} characters, {MAX_TEXT} are allowed")
    if len(statements := _statements(sql)) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryError(f"a query is exactly one SELECT; found {len(statements)} statements or another kind")
    return _without_semicolon(sql.strip())


def _without_semicolon(sql: str) -> str:
    """Cut off the closing semicolon and what follows it, which can only be comments."""
    place = sql.rfind(";")
    while place >= 0:
        try:
            if len(_statements(sql[:place])) == 1 and not _statements(sql[place + 1 :]):
                return _without_semicolon(sql[:place].rstrip())
        except QueryError:
            pass  # a semicolon inside a text or a comment
        place = sql.rfind(";", 0, place)
    return sql


def _statements(sql: str) -> list[duckdb.Statement]:
    try:
        return _parser().cursor().extract_statements(sql)
    except duckdb.Error as problem:
        raise QueryError(f"the query can't be parsed: {sentence(problem)}") from None


def _tree(sql: str) -> list[Node]:
    row = _parser().cursor().execute("SELECT json_serialize_sql($1)", [sql]).fetchone()
    tree: Node = orjson.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        raise QueryError(f"the query is no plain SELECT: {tree.get('error_message', '')}")
    return list(tree["statements"])


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "python_enable_replacements": False}
    return duckdb.connect(":memory:", config=config)
