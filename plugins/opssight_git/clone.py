"""Clone: one repository as git reads it here: a bare copy without the files' contents, or a local one in place."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from datasource_server import sdk
from opssight_git.command import NO_WAY, Git, Way, version, way_to
from opssight_git.refs import (
    BRANCH_FORMAT,
    BRANCHES,
    DISTANCE_FORMAT,
    TAG_FORMAT,
    Ref,
    default_branch,
    read_branches,
    read_symref,
)
from opssight_git.settings import RepositorySettings, Settings, host_of, scheme_of

FETCH = (
    "fetch",
    "--quiet",
    "--prune",
    "--force",
    "--no-tags",
    "--no-write-fetch-head",
    "--filter=blob:none",
    "origin",
    "+refs/heads/*:refs/heads/*",
    "+refs/tags/*:refs/tags/*",
)
BROKEN = (
    "bad object",
    "bad ref",
    "cannot be mapped",
    "corrupt",
    "inflate",
    "missing object",
    "not a git repository",
    "not in a git directory",
    "unable to read",
)
"""What git says of a copy that is damaged."""

DISTANCES = (2, 41)
FILTERS = (2, 37)
SIZE_OF_OWNERS = 3_000_000


@dataclass(frozen=True, slots=True)
class Clone:
    """One repository; everything is read from `git`'s folder, and only `refresh` and `text` go to its address."""

    settings: RepositorySettings
    git: Git
    way: Way
    version: tuple[int, int]

    @classmethod
    async def of(cls, settings: Settings, repo: str) -> Clone:
        """Return a repository of the settings; ConfigError where git or the local path is not there."""
        repository, found = settings.repository(repo), await version()
        if repository.path is None:
            folder = (settings.folder or Path()).absolute() / f"{quote(repo, safe='')}.git"
            return cls(repository, Git(folder, settings.seconds), way_to(settings, repository), found)
        if not repository.path.is_dir():
            raise sdk.ConfigError(f"git.repositories: path {repository.path} of {repo} is no folder")
        return cls(repository, Git(repository.path.absolute(), settings.seconds), NO_WAY, found)

    async def refresh(self) -> None:
        """Bring the copy up to date; what a pass that was killed left behind is cleared."""
        if self.settings.path is not None:
            return
        await asyncio.to_thread(_prepare, self.git.folder)
        if not (self.git.folder / "HEAD").is_file():
            await self.git.output("init", "--quiet", "--bare")
        await self.git.output("config", "--replace-all", "remote.origin.url", self.settings.url)
        await self.git.output(*FETCH, way=self.way)

    async def forget_if_broken(self, problem: sdk.UpstreamError) -> None:
        """Delete a copy of which git says that it is damaged, so that the next pass makes it anew."""
        if self.settings.path is None and any(word in str(problem).lower() for word in BROKEN):
            await asyncio.to_thread(shutil.rmtree, self.git.folder, ignore_errors=True)

    def stream(self, *words: str, feed: bytes = b"") -> AsyncIterator[bytes]:
        """Yield what git says of what is here."""
        return self.git.stream(*words, feed=feed)

    async def branches(self) -> list[Ref]:
        """Return the branches, newest first."""
        return read_branches(await self._refs(BRANCHES, BRANCH_FORMAT))

    async def tags(self) -> str:
        """Return the tags as git lists them."""
        return await self._refs("refs/tags/", TAG_FORMAT)

    async def distances(self, default: str) -> list[Ref] | None:
        """Return the branches with how far they are from a commit; None where this git can't say it of all at once."""
        if self.version < DISTANCES:
            return None
        return read_branches(await self._refs(BRANCHES, DISTANCE_FORMAT.format(default)))

    async def counts(self, default: str, sha: str) -> str:
        """Return how many commits each of two has that the other lacks, as git writes it."""
        found = await self.git.output("rev-list", "--left-right", "--count", f"{default}...{sha}", "--")
        return found.decode("ascii", "replace")

    async def _refs(self, below: str, form: str) -> str:
        found = await self.git.output("for-each-ref", "--sort=-committerdate", f"--format={form}", below)
        return found.decode("utf-8", "replace")

    async def default(self, branches: list[Ref]) -> str:
        """Return the name of the branch that is released from."""
        said = "" if self.settings.branch else await self._head()
        return default_branch(self.settings.branch, said, branches)

    async def _head(self) -> str:
        if self.settings.path is None:
            text = await self.git.output("ls-remote", "--symref", "origin", "HEAD", way=self.way)
            return read_symref(text.decode("utf-8", "replace"))
        for name in ("refs/remotes/origin/HEAD", "HEAD"):
            with suppress(sdk.UpstreamError):
                return (await self.git.output("symbolic-ref", "--quiet", name)).decode("utf-8", "replace").strip()
        return ""

    async def entries(self, commit: str, *paths: str) -> dict[str, str]:
        """Return which of these files a commit has: path → id of its content."""
        text = await self.git.output("ls-tree", "-z", "--full-tree", commit, "--", *paths)
        parts = (entry.partition("\t") for entry in text.decode("utf-8", "replace").split("\0") if entry)
        return {path: about.split()[2] for about, _, path in parts if about.split()[1] == "blob"}

    async def text(self, blob: str) -> str:
        """Return a file's content, which is fetched where it is not here yet."""
        found = await self.git.output("cat-file", "blob", blob, way=self.way, most=SIZE_OF_OWNERS)
        return found.decode("utf-8", "replace")

    async def whole_ids(self, ids: list[str]) -> dict[str, str]:
        """Return the whole ids of the commits that shortened ones mean; those that mean none are left out."""
        feed = "".join(f"{each}\n" for each in ids).encode()
        text = await self.git.output("cat-file", "--batch-check=%(objecttype) %(objectname)", feed=feed)
        words = [line.split() for line in text.decode("ascii", "replace").splitlines()]
        return {short: line[1] for short, line in zip(ids, words, strict=False) if line[:1] == ["commit"]}

    def page(self) -> str:
        """Return the repository's address for people: as set, or that of a forge which is known to have one there."""
        if self.settings.web_url:
            return self.settings.web_url.rstrip("/")
        host = host_of(self.settings.url).partition(":")[0]
        is_forge = host.startswith(("github.", "gitlab.")) or host == "codeberg.org"
        known = is_forge and scheme_of(self.settings.url) in ("https", "ssh")
        return f"https://{host}/{_path(self.settings.url)}" if known else ""


def _path(url: str) -> str:
    rest = url.partition("://")[2].partition("/")[2] if "://" in url else url.partition(":")[2]
    return rest.strip("/").removesuffix(".git")


def _prepare(folder: Path) -> None:
    """Make the folder, and clear the locks of a git that was killed: nobody else works there."""
    folder.mkdir(parents=True, exist_ok=True)
    for lock in folder.rglob("*.lock"):
        lock.unlink(missing_ok=True)
