"""Collectors: a pass over a repository reads the commits not read before, and all branches, tags and owners."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from datasource_server import sdk
from opssight_git.clone import Clone
from opssight_git.connector import connector
from opssight_git.history import SHA, Told, to_commit
from opssight_git.owners import PLACES, read_code_owners, service_rules
from opssight_git.refs import Ref, read_tags, to_branch, to_repository, with_distance
from opssight_git.reverts import CANDIDATES, Revert, match, reverted, wanted
from opssight_git.settings import Settings
from opssight_git.tables import Head, Tag
from opssight_git.walk import walk

Context = sdk.Context[Settings]
PAGE = 2_000
PAGE_FILES = 20_000
MOST_REVERTS = 10_000
COUNTED = 50
HEADS = "SELECT sha, first_at FROM git_head WHERE source = $source AND repo = $repo"
DISTANCES = """
SELECT name, head_sha, is_default, ahead, behind
FROM branch
WHERE source = $source AND repo = $repo
"""


@dataclass(slots=True)
class _Reading:
    """One repository in one pass: its branches and tags, and the reverts whose meaning is looked up at the end."""

    clone: Clone
    default: str
    branches: list[Ref]
    tags: list[Tag]
    reverts: list[Revert] = field(default_factory=list)

    @property
    def head(self) -> str:
        """Return the newest commit of the default branch; empty where there is none."""
        return next((each.sha for each in self.branches if each.name == self.default), "")

    def tips(self) -> list[str]:
        """Return the commits whose histories are read: the default branch's, all tags', those of branches asked for."""
        patterns = self.clone.settings.branches
        asked = [ref.sha for ref in self.branches if any(fnmatchcase(ref.name, each) for each in patterns)]
        return sorted({each for each in (self.head, *asked, *(tag.sha for tag in self.tags)) if each})


def _repositories(settings: Settings) -> list[str]:
    return [each.repo for each in settings.repositories]


@connector.collector(every=timedelta(minutes=15), scopes=_repositories)
async def history(ctx: Context) -> sdk.Pages:
    """Read the commits that are new, and all branches, tags and code owners.

    Commits that a rewritten branch has no longer stay as they were read: they may have been deployed.
    """
    clone = await Clone.of(ctx.settings, ctx.scope)
    try:
        async for rows in _everything(ctx, clone):
            yield rows
    except sdk.UpstreamError as problem:
        await clone.forget_if_broken(problem)
        raise


async def _everything(ctx: Context, clone: Clone) -> sdk.Pages:
    await clone.refresh()
    branches, page = await clone.branches(), clone.page()
    tags = read_tags(await clone.tags(), repo=ctx.scope, page=page)
    reading = _Reading(clone, await clone.default(branches), branches, tags)
    if branches and clone.settings.branch and not reading.head:
        raise sdk.ConfigError(f"git.repositories: {ctx.scope} has no branch {clone.settings.branch}")
    yield [to_repository(ctx.scope, reading.default, branches, page)]
    async for commits in _commits(ctx, reading):
        yield commits
    if reverts := await _reverted(ctx, reading):
        yield reverts
    where = {"repo": ctx.scope}
    refs = await _with_distances(ctx, reading)
    rows = [to_branch(each, repo=ctx.scope, default=reading.default, page=page) for each in refs]
    yield sdk.Replacement(sdk.Branch, rows, where)
    yield sdk.Replacement(Tag, tags, where)
    yield sdk.Replacement(sdk.PathOwner, await _owners(ctx, reading), where)


async def _commits(ctx: Context, reading: _Reading) -> sdk.Pages:
    """Yield the commits that were not read yet, then the note of how far they are read now."""
    stored = await ctx.read(HEADS, source=ctx.connector, repo=ctx.scope)
    first_at = ctx.now - timedelta(days=ctx.settings.max_age_days) if ctx.settings.max_age_days else None
    limits = [row["first_at"] for row in stored]
    if stored and _reaches(limits[0], first_at):
        first_at = limits[0]
    else:
        stored = []
    tips, seen = reading.tips(), {row["sha"] for row in stored}
    if new := [each for each in tips if each not in seen]:
        feed = "".join([*(f"{each}\n" for each in new), *(f"^{each}\n" for each in sorted(seen))])
        async for page in _pages(ctx, reading, feed, first_at):
            yield page
    heads = [Head(repo=ctx.scope, sha=each, first_at=first_at) for each in tips]
    yield sdk.Replacement(Head, heads, {"repo": ctx.scope})


def _reaches(stored: datetime | None, first_at: datetime | None) -> bool:
    """Return whether what was read before began early enough for what is asked now."""
    return stored is None or (first_at is not None and stored <= first_at)


async def _pages(ctx: Context, reading: _Reading, feed: str, first_at: datetime | None) -> AsyncIterator[list[sdk.Row]]:
    rows, files, page = list[sdk.Row](), 0, reading.clone.page()
    async for told in walk(reading.clone, feed, first_at):
        commit = to_commit(told, repo=ctx.scope, page=page)
        rows.append(_with_revert(commit, told, reading))
        files += len(told.files)
        if told.left_out:
            rows.append(ctx.gap(f"commit {commit.sha} touches {told.left_out:,} more files", commit.committed_at))
        if len(rows) >= PAGE or files >= PAGE_FILES:
            yield rows
            rows, files = [], 0
    if rows:
        yield rows


def _with_revert(commit: sdk.Commit, told: Told, reading: _Reading) -> sdk.Commit:
    identity, number, title = reverted(told.fields["message"])
    if SHA.fullmatch(identity):
        return commit.model_copy(update={"reverts_sha": identity})
    if (identity or title) and len(reading.reverts) < MOST_REVERTS:
        moments = commit.authored_at, commit.committed_at
        reading.reverts.append(Revert(commit.sha, *moments, identity, number, title))
    return commit


async def _reverted(ctx: Context, reading: _Reading) -> list[sdk.Row]:
    """Return the reverts of this pass whose messages do not name a whole id, with the commits that they mean."""
    if not reading.reverts:
        return []
    whole = await reading.clone.whole_ids(sorted({each.identity for each in reading.reverts if each.identity}))
    candidates = await ctx.read(CANDIDATES, source=ctx.connector, repo=ctx.scope, **wanted(reading.reverts))
    pairs = ((each, whole.get(each.identity) or match(each, candidates)) for each in reading.reverts)
    return [_revert_row(ctx.scope, each, sha) for each, sha in pairs if sha]


def _revert_row(repo: str, revert: Revert, sha: str) -> sdk.Commit:
    moments = {"authored_at": revert.authored_at, "committed_at": revert.committed_at}
    return sdk.Commit(repo=repo, sha=revert.sha, reverts_sha=sha, **moments)


async def _with_distances(ctx: Context, reading: _Reading) -> Sequence[Ref]:
    """Return the branches with how far they are ahead of the default branch, and behind it."""
    if not reading.head:
        return reading.branches
    found = await reading.clone.distances(reading.head)
    return found if found is not None else await _counted(ctx, reading)


async def _counted(ctx: Context, reading: _Reading) -> list[Ref]:
    """Return the branches with distances counted one by one: of the newest, unless both ends are as they were."""
    stored = await ctx.read(DISTANCES, source=ctx.connector, repo=ctx.scope)
    is_same = any(row["is_default"] and row["head_sha"] == reading.head for row in stored)
    known = {(row["name"], row["head_sha"]): f"{row['behind']} {row['ahead']}" for row in stored if is_same}
    known = {place: counts for place, counts in known.items() if "None" not in counts}
    refs = list[Ref]()
    for place, ref in enumerate(reading.branches):
        counts = known.get((ref.name, ref.sha), "")
        if not counts and place < COUNTED:
            counts = await reading.clone.counts(reading.head, ref.sha)
        refs.append(with_distance(ref, counts) if counts else ref)
    return refs


async def _owners(ctx: Context, reading: _Reading) -> list[sdk.PathOwner]:
    """Return the rules of the default branch's CODEOWNERS file, then those of the settings' services."""
    rules = list[sdk.PathOwner]()
    if reading.head:
        found = await reading.clone.entries(reading.head, *PLACES)
        if path := next((each for each in PLACES if each in found), ""):
            rules = read_code_owners(await reading.clone.text(found[path]), repo=ctx.scope, path=path)
    return rules + service_rules(ctx.settings.services, ctx.scope, len(rules))


@connector.collector(every=timedelta(minutes=15))
async def services(ctx: Context) -> sdk.Pages:
    """Bring the services of repositories that are not read here in line with the settings."""
    stored = await ctx.read("SELECT DISTINCT repo FROM path_owner WHERE source = $source", source=ctx.connector)
    read_here = {each.repo.lower() for each in ctx.settings.repositories}
    named = {each.repo for each in ctx.settings.services.values()} | {row["repo"] for row in stored}
    for repo in sorted(each for each in named if each.lower() not in read_here):
        yield sdk.Replacement(sdk.PathOwner, service_rules(ctx.settings.services, repo, 0), {"repo": repo})
