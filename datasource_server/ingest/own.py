"""Own: fills the column `team` of every row by the hook `opssight_team` and the stored owner rules."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import pluggy

from datasource_server.sdk import OwnerRule, Repository, Row
from datasource_server.store import Assignment, Store

log = logging.getLogger(__name__)

_RULES = (OwnerRule.table,)
_AT_ONCE = 100
_MANY = 500


class Owners:
    """Says who owns a row; where the row names a repository, its owner is asked once and remembered."""

    def __init__(self, store: Store, hooks: pluggy.PluginManager) -> None:
        self._store = store
        self._hooks = hooks
        self._version = -1
        self._rules: Sequence[OwnerRule] = ()
        self._known: dict[tuple[str, str, str], str] = {}

    async def own(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows with their teams.

        Whoever owns the repository that a row names owns the row; a team that a row brings along counts where it
        names none, and while there are no rules.
        """
        await self._refresh()
        if len(rows) > _MANY:
            return await asyncio.to_thread(lambda: [self._owned(row) for row in rows])
        return [self._owned(row) for row in rows]

    async def team_of(self, source: str, repo: str) -> str:
        """Return the team that owns a repository; empty where nobody does."""
        await self._refresh()
        return self._answer(Repository(source=source, repo=repo)) or ""

    async def has_rules(self) -> bool:
        """Say whether there are owner rules at all."""
        await self._refresh()
        return bool(self._rules)

    async def own_again(self) -> int:
        """Give the stored rows to whom the rules name now; return how many places in how many tables changed hands."""
        tables = [table for table in self._store.tables.values() if "repo" in table.model_fields]
        return sum([await self._own_table_again(table) for table in tables])

    async def _own_table_again(self, table: type[Row]) -> int:
        sql = f"SELECT DISTINCT source, repo, team FROM \"{table.table}\" WHERE repo <> ''"  # noqa: S608  a table's own name
        moves = []
        for found in await self._store.rows(sql):
            team = await self.team_of(found["source"], found["repo"])
            if team != found["team"]:
                moves.append(Assignment(table, {"team": team}, found))
        for start in range(0, len(moves), _AT_ONCE):
            await self._store.write(*moves[start : start + _AT_ONCE])
        return len(moves)

    async def _refresh(self) -> None:
        version = self._store.version(_RULES)
        if version == self._version:
            return
        found = await self._store.rows("SELECT source, pattern, owner FROM owner_rule ORDER BY source, pattern")
        self._rules = [OwnerRule(**each) for each in found]
        self._known.clear()
        self._version = version

    def _owned(self, row: Row) -> Row:
        repo = getattr(row, "repo", "") if "repo" in row.model_fields_set else ""
        if not repo:
            team = None if row.team else self._answer(row)
            return row if team is None else row.stamped(team=team)
        key = (type(row).table, row.source, repo)
        if key not in self._known:
            self._known[key] = self._answer(row) or ""
        return row.stamped(team=self._known[key] or ("" if self._rules else row.team))

    def _answer(self, row: Row) -> str | None:
        try:
            team: str | None = self._hooks.hook.opssight_team(row=row, rules=self._rules)
        except Exception:  # a stranger's hook must not cost the row
            log.exception("a plugin can't say who owns a row", extra={"table": type(row).table})
            return None
        return team
