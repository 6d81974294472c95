"""Code: what is known of one repository: its commits, its pull requests, and which paths make up a service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from datasource_server.sdk import paths
from opssight_dora.history import Commit, History
from opssight_dora.pulls import Origin, Pull, origin_of, origins
from opssight_dora.settings import Settings

NO_RULES = paths.read_rules([])


@dataclass(frozen=True, slots=True)
class Code:
    """One repository; `source` is the connector whose name its changes carry.

    `parted` are the services that its paths part it into; empty where the repository is one service. `apart` are the
    services that are deployed by themselves.
    """

    repo: str
    source: str
    history: History
    pulls: Sequence[Pull] = ()
    heads: Sequence[str] = ()
    base: str = ""
    rules: paths.Rules = NO_RULES
    parted: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    known: dict[str, Origin] = field(default_factory=dict)

    def origin(self, commit: Commit) -> Origin:
        """Return how a commit came to its branch."""
        found = self.known.get(commit.sha)
        if found is None:
            found = self.known[commit.sha] = origin_of(commit)
        return found

    def services(self, commit: Commit, deployed: str) -> tuple[str, ...]:
        """Return the services that a commit changes, of what is deployed together under one name."""
        if not self.parted:
            return (deployed,)
        touched = paths.services_of(commit.files, self.rules)
        if deployed in self.parted:
            return (deployed,) if deployed in touched or not commit.files else ()
        own = touched - self.apart
        return tuple(sorted(own)) or (() if touched else (deployed,))

    def has_unknown_files(self, commit: Commit) -> bool:
        """Return whether its paths ought to say which service it changes, and are not known."""
        return bool(self.parted) and not commit.files and not commit.is_merge


def read_code(code: Code, owners: Iterable[Mapping[str, object]], settings: Settings) -> Code:
    """Return the repository with its services, by stored rules and those of the settings, and its commits' origins."""
    stored = [dict(row) for row in owners]
    last = max((int(str(row["place"])) for row in stored), default=0)
    own = [
        {"pattern": path, "service": name}
        for name, service in settings.services.items()
        if service.paths and service.is_in(code.repo)
        for path in service.paths
    ]
    rows = stored + [row | {"place": last + place} for place, row in enumerate(own, 1)]
    return replace(
        code,
        rules=paths.read_rules(rows),
        parted=frozenset(str(row["service"]) for row in rows if row["service"]),
        known=origins(code.history, code.pulls, code.base, code.heads),
    )
