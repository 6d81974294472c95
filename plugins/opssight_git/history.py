"""What `git log` says, as rows. Pure: bytes in, rows out, whatever the size of a history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from datasource_server import sdk

FIELDS = ("sha", "parents", "author", "email", "authored", "committer", "committer_email", "committed", "message")
FORMAT = "%x00%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B"
LOG = (
    "log",
    "--no-walk=unsorted",
    "--stdin",
    "-z",
    f"--format=tformat:{FORMAT}",
    "--name-only",
    "--no-renames",
    "--no-ext-diff",
    "--no-color",
    "--no-mailmap",
    "--no-notes",
    "--encoding=UTF-8",
    "--diff-merges=first-parent",
)
"""The run that tells of the commits it is fed; of a merge, the files are those that it changed on its branch."""

LONGEST = 65_536
MOST_FILES = 20_000
SHA = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})")
LOGIN = re.compile(r"(?:\d+[+-])?([^@+]+)@users\.noreply\.[^@]+", re.IGNORECASE)


@dataclass(slots=True)
class Told:
    """One commit as git tells of it; `left_out` counts the files beyond those that are kept."""

    fields: dict[str, str]
    files: list[str] = field(default_factory=list)
    left_out: int = 0


class Reader:
    """Reads the answer of LOG block by block; it holds one commit at a time, and no text longer than LONGEST."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._header: list[str] | None = None
        self._told: Told | None = None

    def read(self, block: bytes) -> Iterator[Told]:
        """Yield the commits that a block completes."""
        first, *others = block.split(b"\0")
        self._keep(first)
        for token in others:
            done = self._take(self._rest.decode("utf-8", "replace"))
            if done is not None:
                yield done
            self._rest.clear()
            self._keep(token)

    def end(self) -> Iterator[Told]:
        """Yield the last commit; UpstreamError where the answer broke off in the middle of one."""
        if self._rest or self._header:
            raise sdk.UpstreamError("git log broke off in the middle of a commit")
        if self._told is not None:
            yield self._told
            self._told = None

    def _keep(self, token: bytes) -> None:
        self._rest += token[: LONGEST - len(self._rest)]

    def _take(self, token: str) -> Told | None:
        if self._header is not None:
            self._header.append(token)
            if len(self._header) == len(FIELDS):
                self._told, self._header = _told(self._header), None
            return None
        if not token:
            done, self._told, self._header = self._told, None, []
            return done
        self._file(token)
        return None

    def _file(self, token: str) -> None:
        if self._told is None:
            raise sdk.UpstreamError("git log names a file before any commit")
        if len(self._told.files) >= MOST_FILES:
            self._told.left_out += 1
        else:
            self._told.files.append(token if self._told.files else token.removeprefix("\n"))


def _told(header: list[str]) -> Told:
    found = dict(zip(FIELDS, header, strict=True))
    if not SHA.fullmatch(found["sha"]):
        raise sdk.UpstreamError("git log can't be read: a commit begins with no id")
    return Told(found)


def to_commit(told: Told, *, repo: str, page: str = "") -> sdk.Commit:
    """Return the row of a commit; `page` is the repository's address for people, empty where it has none."""
    found, parents = told.fields, told.fields["parents"].split()
    return sdk.Commit(
        repo=repo,
        sha=found["sha"],
        url=f"{page}/commit/{found['sha']}" if page else "",
        author=login_of(found["email"]) or found["author"],
        author_email=found["email"],
        committer=login_of(found["committer_email"]) or found["committer"],
        authored_at=moment(found["authored"]),
        committed_at=moment(found["committed"]),
        title=title_of(found["message"]),
        is_merge=len(parents) > 1,
        parents=parents,
        files=told.files,
    )


def title_of(message: str) -> str:
    """Return the first line of a message."""
    return message.lstrip("\n").partition("\n")[0].strip()


def login_of(email: str) -> str:
    """Return the login that a forge writes into the addresses that it makes up, else nothing."""
    found = LOGIN.fullmatch(email)
    return found[1] if found else ""


def moment(seconds: str) -> datetime:
    """Return the moment of epoch seconds; of one that no calendar has, the nearest that it has."""
    count = int(seconds) if re.fullmatch(r"-?\d+", seconds) else 0
    return datetime.fromtimestamp(min(max(count, 0), 253_402_300_799), UTC)
