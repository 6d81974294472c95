"""Teams from the settings: who is in which team, and which repositories each team owns.

[teams]
managers = ["olga"]

[teams.checkout]
title = "Checkout"
members = ["ana", "ben"]
leads = ["cem"]
repos = ["acme/checkout-*"]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict

from datasource_server import sdk

EVERYWHERE = ""


class TeamSettings(BaseModel):
    """One team: its people, by their login in Grafana, and shell patterns of the repositories that it owns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = ""
    members: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    repos: tuple[str, ...] = ()


class Settings(sdk.ConnectorSettings):
    """The managers, and a table for each team, named as rows and variables name it."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, TeamSettings]

    managers: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()

    def teams(self) -> dict[str, TeamSettings]:
        """Return the settings of each team by its name."""
        return dict(self.__pydantic_extra__)


connector = sdk.Connector(__name__, settings=Settings, title="Teams")


@connector.collector(every=timedelta(minutes=5))
async def teams(ctx: sdk.Context[Settings]) -> sdk.Pages:
    """Bring the stored teams, members and owner rules in line with the settings."""
    found = ctx.settings.teams()
    yield sdk.Replacement(sdk.Team, [sdk.Team(name=name, title=each.title or name) for name, each in found.items()])
    yield sdk.Replacement(sdk.TeamMember, list(_members(ctx.settings)))
    rules = [sdk.OwnerRule(pattern=pattern, owner=name) for name, each in found.items() for pattern in each.repos]
    yield sdk.Replacement(sdk.OwnerRule, rules)


def _members(settings: Settings) -> Iterator[sdk.TeamMember]:
    for role, logins in (("manager", settings.managers), ("admin", settings.admins)):
        yield from (sdk.TeamMember(name=EVERYWHERE, login=login, role=role) for login in logins)
    for name, team in settings.teams().items():
        leads = set(team.leads)
        yield from (sdk.TeamMember(name=name, login=login, role="lead") for login in team.leads)
        yield from (sdk.TeamMember(name=name, login=login) for login in team.members if login not in leads)


@sdk.hookimpl
def opssight_team(row: sdk.Row, rules: Sequence[sdk.OwnerRule]) -> str | None:
    """Give a row to the team of the most specific pattern, the longest one, that its repository matches."""
    repo = getattr(row, "repo", "")
    matching = [rule for rule in rules if repo and fnmatchcase(repo.lower(), rule.pattern.lower())]
    return max(matching, key=lambda rule: (len(rule.pattern), rule.owner)).owner if matching else None


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over the connector."""
    return connector
