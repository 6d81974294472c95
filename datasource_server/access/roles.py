"""Roles: what a caller may do; each role may do what those before it may."""

from __future__ import annotations

from datasource_server.sdk import ROLES, Action, Caller


def may(caller: Caller, action: Action, repo_team: str | None) -> bool:
    """Say whether the caller may run the action on a thing of this team.

    `repo_team` is None for an action that has no repository: then only the role held everywhere counts. A thing that
    nobody owns (an empty team) is for those who see all.
    """
    if repo_team is None:
        return _reaches(caller.role, action)
    if not (caller.sees_all or (repo_team and repo_team in caller.team_names)):
        return False
    return _reaches(caller.role_in(repo_team), action)


def _reaches(held: str, action: Action) -> bool:
    names: tuple[str, ...] = ROLES
    return names.index(held) >= names.index(action.role)
