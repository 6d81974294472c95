"""A repository that a test writes with real git, commit by commit at given moments, read as rows."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from datasource_server import sdk

FIELDS = "%x1e%H%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cI%x1f%s%x1f%b%x1f"
REVERTS = re.compile(r"This reverts commit ([0-9a-f]{40})")


def at(text: str) -> datetime:
    """Return a moment of 2026: `03-02 08:00`."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


@dataclass
class Scripted:
    """One repository in a folder; `pulls` and `deployments` are what its forge would tell besides."""

    folder: Path
    repo: str = "acme/web"
    pulls: list[sdk.PullRequest] = field(default_factory=list)
    deployments: list[sdk.Deployment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str, when: str = "01-01 00:00", author: str = "ana") -> str:
        moment = at(when).isoformat()
        mail = f"{author}@acme.example"
        names = {"GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": mail, "GIT_AUTHOR_DATE": moment}
        names |= {"GIT_COMMITTER_NAME": author, "GIT_COMMITTER_EMAIL": mail, "GIT_COMMITTER_DATE": moment}
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_EDITOR": "true"}
        done = subprocess.run(
            ["git", *words],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **quiet, **names},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip("\n")

    def head(self, name: str = "HEAD") -> str:
        return self.git("rev-parse", name)

    def commit(self, title: str, when: str, path: str = "", author: str = "ana") -> str:
        """Write a file of the title's own, or change the one that is named."""
        file = self.folder / (path or f"{title.lower().replace(' ', '-')}.txt")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{file.read_text() if file.exists() else ''}{title}\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", title, when=when, author=author)
        return self.head()

    def branch(self, name: str, start: str = "main") -> None:
        self.git("checkout", "-q", "-b", name, start)

    def squash(self, name: str, title: str, when: str) -> str:
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--squash", name)
        self.git("commit", "-q", "-m", title, when=when)
        return self.head()

    def rebase(self, name: str, when: str) -> str:
        """Rebase a branch on main and move main to it; what it was before stays as `name-before`."""
        self.git("branch", f"{name}-before", name)
        self.git("rebase", "-q", "main", name, when=when)
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--ff-only", name)
        return self.head()

    def merge(self, name: str, title: str, when: str) -> str:
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", title, name, when=when)
        return self.head()

    def pick(self, sha: str, when: str) -> str:
        self.git("cherry-pick", sha, when=when)
        return self.head()

    def revert(self, sha: str, when: str) -> str:
        self.git("revert", "--no-edit", sha, when=when)
        return self.head()

    def pull(self, number: int, title: str, merge_sha: str, **more: Any) -> None:
        """Note a merged pull request; `created`, `merged` and `first` are moments as text."""
        moments = {"created_at": "created", "merged_at": "merged", "first_commit_at": "first"}
        given = {column: at(more.pop(word)) for column, word in moments.items() if word in more}
        values = {"source": "github", "repo": self.repo, "number": number, "title": title, "state": "merged"}
        row = values | {"base": "main", "merge_sha": merge_sha, "author": "ana"} | given | more
        self.pulls.append(sdk.PullRequest.model_validate(row))

    def deploy(self, name: str, sha: str, when: str, **more: Any) -> None:
        """Note a deployment to production that ended at a moment."""
        values = {"source": "github", "id": name, "repo": self.repo, "service": "web", "environment": "production"}
        ended = {"tier": "production", "sha": sha, "version": name, "status": "success", "finished_at": at(when)}
        self.deployments.append(sdk.Deployment.model_validate(values | ended | {"created_at": at(when)} | more))

    def commits(self, *heads: str, source: str = "github") -> Iterator[sdk.Commit]:
        """Yield the commits that git log tells of, from some heads or from all."""
        told = self.git("log", "--name-only", f"--format={FIELDS}", *(heads or ("--all",)))
        for entry in told.split("\x1e")[1:]:
            sha, parents, name, mail, authored, committed, title, body, files = entry.split("\x1f")
            reverts = REVERTS.search(body)
            yield sdk.Commit(
                source=source,
                repo=self.repo,
                sha=sha,
                author=name,
                author_email=mail,
                authored_at=datetime.fromisoformat(authored),
                committed_at=datetime.fromisoformat(committed),
                title=title,
                is_merge=len(parents.split()) > 1,
                parents=parents.split(),
                files=files.split(),
                reverts_sha=reverts[1] if reverts else "",
            )

    def main(self, source: str = "github") -> sdk.Branch:
        """Return the default branch as the forge tells of it."""
        return sdk.Branch(source=source, repo=self.repo, name="main", head_sha=self.head("main"), is_default=True)

    def rows(self, *heads: str) -> list[sdk.Row]:
        return [*self.commits(*heads), self.main(), *self.pulls, *self.deployments]
