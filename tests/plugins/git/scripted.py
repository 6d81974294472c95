"""A repository made by a script, with real git: commits at given moments by given people."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C", "PATH": os.environ["PATH"]}


@dataclass(slots=True)
class Scripted:
    """One repository; each commit is an hour after the one before."""

    folder: Path
    hours: int = field(default=0)

    @classmethod
    def make(cls, folder: Path) -> Scripted:
        """An empty repository whose branch is `main`."""
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder)
        made.git("init", "-q", "-b", "main")
        made.git("config", "uploadpack.allowFilter", "true")
        made.git("config", "uploadpack.allowAnySHA1InWant", "true")
        return made

    def git(self, *words: str, person: str = "Ana", feed: bytes | None = None, **variables: str) -> str:
        """Runs git and gives what it says."""
        moment = (START + timedelta(hours=self.hours)).strftime("%Y-%m-%dT%H:%M:%S +0000")
        who = {
            "GIT_AUTHOR_NAME": person,
            "GIT_AUTHOR_EMAIL": f"{person.lower()}@acme.example",
            "GIT_COMMITTER_NAME": person,
            "GIT_COMMITTER_EMAIL": f"{person.lower()}@acme.example",
            "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_DATE": moment,
        }
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=QUIET | who | variables, input=feed, capture_output=True, check=False
        )
        assert done.returncode == 0, f"git {words}: {done.stderr.decode()}"
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def commit(self, message: str, *, person: str = "Ana", **files: str) -> str:
        """Writes files (`a__b_txt` is a/b.txt) and commits them; gives the commit's id."""
        self.hours += 1
        for name, text in files.items():
            self.write(name.replace("__", "/").replace("_", "."), text)
        self.git("commit", "-q", "--allow-empty", "-m", message, person=person)
        return self.head()

    def write(self, path: str, text: str) -> None:
        """Writes a file and stages it."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
        self.git("add", "--", path)

    def merge(self, branch: str, message: str) -> str:
        """Merges a branch with a merge commit."""
        self.hours += 1
        self.git("merge", "-q", "--no-ff", "-m", message, branch)
        return self.head()

    def head(self) -> str:
        """The id of the newest commit."""
        return self.git("rev-parse", "HEAD")

    def count(self, *revisions: str) -> int:
        """How many commits git itself counts."""
        return int(self.git("rev-list", "--count", *(revisions or ("HEAD",))))
