"""Caller: who asks, and which rows that person may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["viewer", "lead", "manager", "admin"]
"""What a person may do; each role may do what those before it may."""

ROLES: tuple[Role, ...] = ("viewer", "lead", "manager", "admin")


@dataclass(frozen=True, slots=True)
class Caller:
    """One person (or the alert scheduler) behind a request.

    `teams` maps each of the person's teams to the role held there; `sees_all` is true for managers, for the alert
    scheduler, and for everybody until the first team is configured. `sees_people` is true for those who may see figures
    of single people other than themselves.
    """

    login: str
    teams: tuple[tuple[str, Role], ...] = ()
    role: Role = "viewer"
    sees_all: bool = False
    sees_people: bool = False

    @property
    def team_names(self) -> tuple[str, ...]:
        """Return the names of the teams whose rows the person may see, sorted."""
        return tuple(sorted({name for name, _ in self.teams}))

    def role_in(self, team: str) -> Role:
        """Return what the person may do with that team's things: the greater of the two roles."""
        held = [role for name, role in self.teams if name == team]
        return max([self.role, *held], key=ROLES.index)
