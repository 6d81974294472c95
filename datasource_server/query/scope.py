"""Scope: a caller's rows only. Each table is shadowed by a CTE of the same name, which no author can step around."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from datasource_server.sdk import JOURNAL, Caller

TEAMS = "opssight_teams"
"""The parameter that holds the caller's teams; the names that begin with opssight_ are ours."""

MINE = f"list_contains(${TEAMS}, team)"
NOTHING = "false"
OPEN_SCOPE = f"({MINE} OR (team = '' AND NOT contains(scope, '/')))"
"""Where a collector reads no single repository, every caller may see how far it is."""

CONDITIONS: dict[str, str] = {
    **{row.table: NOTHING for row in JOURNAL},
    "team": f"list_contains(${TEAMS}, name)",
    "cursor": OPEN_SCOPE,
    "collector_run": OPEN_SCOPE,
    "gap": OPEN_SCOPE,
    "reading": MINE,
}
COLUMNS: dict[str, str] = {
    "collector_run": f"* REPLACE (CASE WHEN {MINE} OR error = '' THEN error ELSE 'the last pass failed' END AS error)",
}
"""An error's text may name what belongs to others."""


def named_in(sql: str, tables: Iterable[str]) -> tuple[str, ...]:
    """Return the tables whose names occur anywhere in the text: at least all those that it may read."""
    text = sql.lower()
    return tuple(sorted(table for table in tables if table.lower() in text))


def scoped(sql: str, tables: Iterable[str], caller: Caller) -> tuple[str, dict[str, object]]:
    """Return the statement over the caller's rows of these tables, and the parameters that this needs.

    Those who see all get the statement as it is.
    """
    shadows = "" if caller.sees_all else ", ".join(map(_shadow, tables))
    if not shadows:
        return sql, {}
    teams = {TEAMS: [name for name in caller.team_names if name]} if f"${TEAMS}" in shadows else {}
    return f"WITH {shadows} SELECT * FROM (\n{sql}\n)", dict(teams)


def scope_key(caller: Caller) -> tuple[str, ...] | None:
    """Return what tells two callers' rows apart; None for those who see all."""
    return None if caller.sees_all else caller.team_names


def person_key(caller: Caller, parameters: Collection[str]) -> tuple[object, ...]:
    """Return what else tells two callers' answers apart, where the statement asks who is asking."""
    asked = {"viewer": caller.login, "sees_people": caller.sees_people}
    return tuple(value for name, value in asked.items() if name in parameters)


def _shadow(table: str) -> str:
    condition, columns = CONDITIONS.get(table, MINE), COLUMNS.get(table, "*")
    return f'"{table}" AS NOT MATERIALIZED (SELECT {columns} FROM main."{table}" WHERE {condition})'
