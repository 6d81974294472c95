"""History: the commits of one repository as a graph, whichever connectors stored them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

WHOLE = 40
"""Letters of a commit's whole id."""

MOST = 1_000
"""Commits of the greatest branch that is looked at."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; `parents` and `files` are empty where they are not known."""

    sha: str
    author: str
    email: str
    title: str
    authored_at: datetime
    committed_at: datetime
    parents: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    is_merge: bool = False
    reverts: str = ""
    url: str = ""

    @property
    def likeness(self) -> tuple[str, datetime, str]:
        """Return what a copy of it, rebased or picked, has in common with it."""
        return self.email or self.author, self.authored_at, self.title


def to_commit(row: Mapping[str, Any]) -> Commit:
    """Return the commit that a row tells of."""
    parents = tuple(row["parents"] or ())
    return Commit(
        sha=row["sha"],
        author=row["author"],
        email=row["author_email"],
        title=row["title"],
        authored_at=row["authored_at"],
        committed_at=row["committed_at"],
        parents=parents,
        files=tuple(row["files"] or ()),
        is_merge=bool(row["is_merge"]) or len(parents) > 1,
        reverts=row["reverts_sha"],
        url=row["url"],
    )


class History:
    """The commits of one repository by their ids; walks from a commit to all before it."""

    def __init__(self, commits: Iterable[Commit]) -> None:
        self.commits: dict[str, Commit] = {}
        for each in commits:
            held = self.commits.get(each.sha)
            self.commits[each.sha] = each if held is None else _merged(held, each)
        self._sorted: list[str] = []

    def get(self, sha: str) -> Commit | None:
        """Return a commit; None where it is not stored."""
        return self.commits.get(sha)

    def resolve(self, sha: str) -> str:
        """Return the whole id of a stored commit, of its beginning too where only one begins so; else an empty text."""
        if sha in self.commits:
            return sha
        if not 7 <= len(sha) < WHOLE:
            return ""
        if not self._sorted:
            self._sorted = sorted(self.commits)
        place = bisect_left(self._sorted, sha)
        alike = [each for each in self._sorted[place : place + 2] if each.startswith(sha)]
        return alike[0] if len(alike) == 1 else ""

    def new(self, starts: Iterable[str], seen: set[str]) -> list[Commit]:
        """Return the commits that are reached from some and were not seen, the oldest first; they are seen then."""
        found: list[Commit] = []
        waiting = list(starts)
        while waiting:
            sha = waiting.pop()
            if sha in seen or (commit := self.commits.get(sha)) is None:
                continue
            seen.add(sha)
            found.append(commit)
            waiting.extend(commit.parents)
        return sorted(found, key=lambda each: (each.committed_at, each.sha))

    def until(self, starts: Iterable[str], known: Collection[str]) -> list[Commit]:
        """Return the commits that are reached from some before those that are known, the oldest first.

        Of more than a thousand none is returned: that is no branch, but a history whose beginning is not stored.
        """
        found: dict[str, Commit] = {}
        waiting = list(starts)
        while waiting:
            sha = waiting.pop()
            if sha in found or sha in known or (commit := self.commits.get(sha)) is None:
                continue
            if len(found) == MOST:
                return []
            found[sha] = commit
            waiting.extend(commit.parents)
        return sorted(found.values(), key=lambda each: (each.committed_at, each.sha))

    def is_behind(self, sha: str, other: str) -> bool:
        """Return whether a commit is another one, or is reached from it."""
        seen: set[str] = set()
        self.new([other], seen)
        return sha in seen

    def back(self, sha: str, goes_on: Callable[[Commit], bool]) -> list[Commit]:
        """Return the commits from one on, along first parents, as long as each is one to go on with."""
        found: list[Commit] = []
        commit = self.commits.get(sha)
        while commit is not None and goes_on(commit):
            found.append(commit)
            commit = self.commits.get(commit.parents[0]) if commit.parents else None
        return found


def _merged(first: Commit, second: Commit) -> Commit:
    """Return a commit of which one tool may know what another does not; the first one's words count."""
    return replace(
        first,
        parents=first.parents or second.parents,
        files=first.files or second.files,
        is_merge=first.is_merge or second.is_merge,
        reverts=first.reverts or second.reverts,
        author=first.author or second.author,
        email=first.email or second.email,
    )
