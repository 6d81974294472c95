"""git: commits with their files, branches, tags and code owners of any repository that git can reach.

`command.py` runs git, `clone.py` keeps the copies, `walk.py` asks for commits. `history.py`, `refs.py`, `reverts.py`
and `owners.py` are pure and hold what git's answers mean. `collectors.py` says what is read and when.
"""

from __future__ import annotations

from datasource_server import sdk
from opssight_git import collectors  # noqa: F401  registers itself by being imported
from opssight_git.connector import connector

__all__ = ["connector", "opssight_connector"]


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over git."""
    return connector
