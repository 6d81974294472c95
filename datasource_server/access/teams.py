"""Teams: from a login to a Caller, by the stored rows of `team` and `team_member`."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from datasource_server.access.people import folded
from datasource_server.sdk import ROLES, Caller, Role
from datasource_server.store import Store

KEEP_SECONDS = 60
SEE_ALL: tuple[Role, ...] = ("manager", "admin")
TABLES = ("team", "team_member")
MEMBERS = """
SELECT DISTINCT m.login, m.name, m.role
FROM main.team_member AS m
WHERE
    m.login <> ''
    AND if(m.name = '', m.role IN ('manager', 'admin'), m.name IN (SELECT t.name FROM main.team AS t))
"""
"""A team without a name stands for none: managers and admins everywhere are listed there."""
RESTRICTED = "SELECT count(*) AS found FROM main.team WHERE restricts"


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is in which team; while it is not `restricted`, everybody sees all rows.

    Figures of single people are for those themselves, and for managers where `managers_see_others`.
    """

    restricted: bool
    members: Mapping[str, tuple[tuple[str, Role], ...]]
    managers_see_others: bool = False

    def caller(self, login: str) -> Caller:
        """Return the person with the teams, the role held everywhere, and whether all rows may be seen."""
        held = self.members.get(folded(login), ())
        teams = tuple((name, role) for name, role in held if name)
        everywhere = [role for _, role in held if role in SEE_ALL]
        role = max(everywhere, key=ROLES.index, default=ROLES[0])
        is_manager = bool(everywhere)
        sees_people = is_manager and self.managers_see_others
        return Caller(login, teams, role, sees_all=is_manager or not self.restricted, sees_people=sees_people)


class Teams:
    """The roster as the store has it now: read again as soon as its tables change, and after a minute in any case."""

    def __init__(
        self, store: Store, clock: Callable[[], float] = time.monotonic, *, managers_see_others: bool = False
    ) -> None:
        self._store = store
        self._managers_see_others = managers_see_others
        self._clock = clock
        self._roster: Roster | None = None
        self._known: tuple[int, float] = (-1, 0.0)

    async def caller_of(self, login: str) -> Caller:
        """Return the caller that this login is."""
        return (await self.roster()).caller(login)

    async def roster(self) -> Roster:
        """Return who is in which team."""
        version, now = self._store.version(TABLES), self._clock()
        known, read_at = self._known
        if self._roster is None or known != version or now - read_at >= KEEP_SECONDS:
            self._roster = await self._read()
            self._known = (version, now)
        return self._roster

    async def _read(self) -> Roster:
        members: dict[str, set[tuple[str, Role]]] = defaultdict(set)
        for row in await self._store.rows(MEMBERS):
            members[folded(row["login"])].add((row["name"], row["role"]))
        restricting = await self._store.rows(RESTRICTED)
        sorted_members = {login: tuple(sorted(teams)) for login, teams in members.items()}
        return Roster(restricting[0]["found"] > 0, sorted_members, self._managers_see_others)
