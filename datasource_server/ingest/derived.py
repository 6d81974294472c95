"""Derived: which derivations were done when the server stopped, so that its start need not repeat them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import find_spec

from datasource_server.sdk import Connector, ConnectorSettings
from datasource_server.sdk.journal import Derived
from datasource_server.store import Store
from datasource_server.version import VERSION

_KNOWN = "SELECT source, derivation, commits, rules FROM derived"


@dataclass(frozen=True, slots=True)
class Memory:
    """Remembers derivations by the store's count of commits: a commit that came after tells that something is due."""

    store: Store

    async def note(self, done: Mapping[tuple[str, str], str]) -> None:
        """Write down that these have derived all that is stored, by which rules; nothing may be written after it."""
        commits = self.store.commits + 1
        rows = [
            Derived(source=connector, derivation=name, commits=commits, rules=rules)
            for (connector, name), rules in done.items()
        ]
        if rows:
            await self.store.write(rows)

    async def known(self) -> Mapping[tuple[str, str], str]:
        """Return the rules of the derivations that were done when the last row was written."""
        found = await self.store.rows(_KNOWN)
        now = self.store.commits
        return {(each["source"], each["derivation"]): each["rules"] for each in found if each["commits"] == now}


def rules_of(connector: Connector, settings: ConnectorSettings) -> str:
    """Return what changes with the connector's settings, with its code and with OpsSight's version."""
    found = hashlib.sha256(f"{VERSION} {settings.model_dump_json()}".encode())
    for each in sorted(_code(connector.package), key=lambda file: file.name):
        found.update(each.read_bytes())
    return found.hexdigest()


def _code(package: str) -> list[Traversable]:
    """Return the files of a connector's code; none where it was made up in a program."""
    if find_spec(package) is None:
        return []
    return [each for each in resources.files(package).iterdir() if each.name.endswith(".py")]
