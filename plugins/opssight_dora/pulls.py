"""Pulls: by which pull request each commit came to its branch, and since when its change was worked on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opssight_dora.history import Commit, History
from opssight_dora.tables import ChangeKind

AT_ONCE = timedelta(seconds=5)
"""How far apart in time the commits lie that a forge writes at one merge."""

AT_MERGE = timedelta(minutes=5)
"""How long before its merge a squashed commit may have been written."""


@dataclass(frozen=True, slots=True)
class Pull:
    """One merged pull request; `ci_at` is when the last run of its newest commit ended before the merge."""

    source: str
    number: int
    title: str
    author: str
    created_at: datetime
    merged_at: datetime
    base: str = ""
    head: str = ""
    head_sha: str = ""
    merge_sha: str = ""
    labels: tuple[str, ...] = ()
    first_commit_at: datetime | None = None
    first_review_at: datetime | None = None
    approved_at: datetime | None = None
    ci_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """How a commit came to its branch; `started_at` is None where nobody knows when the work on it began."""

    kind: ChangeKind
    started_at: datetime | None
    pull: Pull | None = None


def to_pull(row: Mapping[str, Any]) -> Pull:
    """Return the pull request that a row tells of."""
    return Pull(**({name: row[name] for name in Pull.__slots__} | {"labels": tuple(row["labels"] or ())}))


def origins(history: History, pulls: Sequence[Pull], base: str, heads: Iterable[str]) -> dict[str, Origin]:
    """Return the origin of each commit that came by a pull request; the others were pushed directly.

    `base` is the default branch, `heads` its newest commits.
    """
    ordered = sorted(pulls, key=lambda pull: (pull.merged_at, pull.number))
    merges = {pull.merge_sha for pull in ordered}
    merged: set[str] = set()
    history.new([*heads, *merges], merged)
    found: dict[str, Origin] = {}
    seen: set[str] = set()
    for pull in ordered:
        commit = history.get(pull.merge_sha)
        if commit is None:
            continue
        if not commit.is_merge:
            found.update(_Linear(history, pull, merges, merged).origins(commit))
            continue
        found[commit.sha] = Origin("merge commit", commit.authored_at, pull)
        if pull.base in ("", base):
            history.new(commit.parents[:1], seen)
            found.update(_of_side(pull, history.new(commit.parents[1:], seen)))
            seen.add(commit.sha)
    return found


def origin_of(commit: Commit) -> Origin:
    """Return the origin of a commit that came by no pull request: as a merge of branches, or pushed directly."""
    return Origin("merge commit" if commit.is_merge else "direct", commit.authored_at)


def _of_side(pull: Pull, side: Sequence[Commit]) -> dict[str, Origin]:
    """Return the origins of the commits that a merge commit brought; one alone may be a squashed one."""
    own = [commit for commit in side if not commit.is_merge]
    if len(own) == 1 and own[0].sha != pull.head_sha and _is_squashed(pull, own[0]):
        return {own[0].sha: Origin("squash", pull.first_commit_at, pull)}
    return {commit.sha: Origin("merge", commit.authored_at, pull) for commit in own}


def _is_squashed(pull: Pull, commit: Commit) -> bool:
    is_older = pull.first_commit_at is not None and pull.first_commit_at < commit.authored_at
    return is_older and commit.authored_at >= pull.merged_at - AT_MERGE


@dataclass(frozen=True, slots=True)
class _Linear:
    """A pull request that was merged without a merge commit: squashed, rebased or fast-forwarded.

    `merges` are the ends of all pull requests, `merged` is all that came to a branch by them.
    """

    history: History
    pull: Pull
    merges: Collection[str]
    merged: Collection[str]

    def origins(self, commit: Commit) -> dict[str, Origin]:
        """Return the origins of the commits that the merge wrote, of which `commit` is the last."""
        originals = self.history.until([self.pull.head_sha], self.merged)
        likenesses = {each.likeness for each in originals}
        if commit.likeness in likenesses:
            return self._rebased(self.history.back(commit.sha, lambda each: each.likeness in likenesses))
        if commit.sha == self.pull.head_sha:
            return self._rebased(self.history.back(commit.sha, lambda each: self._is_own(commit, each)))
        if not originals and commit.committed_at - commit.authored_at > AT_ONCE:
            return self._rebased(self.history.back(commit.sha, lambda each: self._is_beside(commit, each)))
        started_at = self.pull.first_commit_at or min((each.authored_at for each in originals), default=None)
        return {commit.sha: Origin("squash", started_at and min(started_at, commit.authored_at), self.pull)}

    def _rebased(self, commits: Sequence[Commit]) -> dict[str, Origin]:
        return {each.sha: Origin("rebase", each.authored_at, self.pull) for each in commits}

    def _is_own(self, last: Commit, commit: Commit) -> bool:
        """Say whether a commit before the last one may be of the pull request: a matter of its label alone."""
        is_other = commit.is_merge or (commit.sha != last.sha and commit.sha in self.merges)
        first_at = self.pull.first_commit_at
        return not is_other and (commit.sha == last.sha or (first_at is not None and commit.authored_at >= first_at))

    def _is_beside(self, last: Commit, commit: Commit) -> bool:
        return self._is_own(last, commit) and last.committed_at - commit.committed_at <= AT_ONCE
