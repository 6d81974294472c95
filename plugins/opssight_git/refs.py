"""Branches and tags, as rows. Pure: what `git for-each-ref` and `git ls-remote` say, in; rows out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from datasource_server import sdk
from opssight_git.history import SHA, moment
from opssight_git.tables import Tag

BRANCHES = "refs/heads/"
BRANCH_FORMAT = "%(refname)%00%(objectname)%00%(committerdate:unix)%00%(symref)"
DISTANCE_FORMAT = BRANCH_FORMAT + "%00%(ahead-behind:{})"
TAG_FORMAT = (
    "%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)"
    "%00%(creatordate:unix)%00%(taggername)"
)
USUAL = ("main", "master", "trunk", "develop")


@dataclass(frozen=True, slots=True)
class Ref:
    """One branch: its name, its newest commit, and how far it is from the default branch, where that is known."""

    name: str
    sha: str
    head_at: datetime
    ahead: int | None = None
    behind: int | None = None


def read_branches(text: str) -> list[Ref]:
    """Return the branches that `git for-each-ref` lists in BRANCH_FORMAT or DISTANCE_FORMAT."""
    lines = [line.split("\0") for line in text.splitlines()]
    return [_branch(line) for line in lines if len(line) >= 4 and SHA.fullmatch(line[1]) and not line[3]]


def _branch(words: Sequence[str]) -> Ref:
    ahead, behind = _pair(words[4]) if len(words) > 4 else (None, None)
    return Ref(words[0].removeprefix(BRANCHES), words[1], moment(words[2]), ahead, behind)


def _pair(text: str) -> tuple[int | None, int | None]:
    counts = text.split()
    return (int(counts[0]), int(counts[1])) if len(counts) == 2 else (None, None)


def with_distance(ref: Ref, counts: str) -> Ref:
    """Return a branch with what `git rev-list --left-right --count DEFAULT...BRANCH` counts."""
    behind, ahead = _pair(counts)
    return replace(ref, ahead=ahead, behind=behind)


def read_tags(text: str, *, repo: str, page: str = "") -> list[Tag]:
    """Return the tags of commits that `git for-each-ref` lists in TAG_FORMAT."""
    lines = (line.split("\0") for line in text.splitlines())
    tags = (_tag(line, repo, page) for line in lines if len(line) == 7)
    return [tag for tag in tags if tag is not None]


def _tag(words: Sequence[str], repo: str, page: str) -> Tag | None:
    name, kind, own, meant_kind, meant, made, tagger = words
    sha = own if kind == "commit" else meant if meant_kind == "commit" else ""
    if not sha:
        return None
    url = f"{page}/tree/{name}" if page else ""
    return Tag(repo=repo, name=name, sha=sha, tagged_at=moment(made), tagger=tagger, url=url)


def default_branch(named: str, said: str, branches: Sequence[Ref]) -> str:
    """Return the branch that is released from: as the settings name it, as the repository says, or a usual one."""
    names = {each.name for each in branches}
    if named:
        return named
    said_name = said.removeprefix("refs/remotes/origin/").removeprefix(BRANCHES)
    return next((name for name in (said_name, *USUAL) if name in names), said_name)


def read_symref(text: str) -> str:
    """Return the branch that HEAD is, of what `git ls-remote --symref` says; empty where it does not say it."""
    lines = (line.removeprefix("ref: ").split("\t") for line in text.splitlines() if line.startswith("ref: "))
    return next((words[0] for words in lines if words[-1] == "HEAD"), "")


def to_branch(ref: Ref, *, repo: str, default: str, page: str = "") -> sdk.Branch:
    """Return the row of a branch; `page` is the repository's address for people."""
    return sdk.Branch(
        repo=repo,
        name=ref.name,
        url=f"{page}/tree/{ref.name}" if page else "",
        head_sha=ref.sha,
        head_at=ref.head_at,
        is_default=ref.name == default,
        is_deleted=False,
        ahead=ref.ahead,
        behind=ref.behind,
    )


def to_repository(repo: str, default: str, branches: Sequence[Ref], page: str = "") -> sdk.Repository:
    """Return the row of a repository."""
    newest = max((each.head_at for each in branches), default=None)
    return sdk.Repository(repo=repo, url=page, default_branch=default, pushed_at=newest)
