"""Histories of real projects, as git printed them in three forms, and repositories made of them again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from .scripted import Scripted

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "samples" / "git"
FULLER = "dineshba+tf-summarize/log.fuller-numstat.txt"
SEPARATED = "middlewarehq+middleware/log.rs-us.numstat.txt"
RAW = "webmodules+get-document/log.raw-numstat.txt"

NUMBERS = re.compile(r"^(?:\d+|-)\t(?:\d+|-)\t(.+)$")
MOVED = re.compile(r"\{(.*?) => (.*?)\}")
PERSON = re.compile(r"^(.*) <(.*)>$")


@dataclass(slots=True)
class Kept:
    """One commit of a recorded history; its parents are those that the form tells of."""

    sha: str
    parents: list[str] = field(default_factory=list)
    author: tuple[str, str] = ("", "")
    committer: tuple[str, str] = ("", "")
    authored: str = ""
    committed: str = ""
    message: str = ""
    files: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.message.partition("\n")[0].strip()


def read(name: str) -> list[Kept]:
    """The commits of a recorded history, newest first."""
    text = (FOLDER / name).read_text("utf-8")
    if name == SEPARATED:
        return [_separated(part) for part in text.split("\x1e") if part]
    blocks = re.split(r"^commit (?=[0-9a-f]{40}$)", text, flags=re.MULTILINE)
    return [_block(block) for block in blocks if block]


def _separated(part: str) -> Kept:
    words = part.split("\x1f")
    sha, parents, author, author_mail, authored, committer, committer_mail, committed, title, rest = words
    kept = Kept(sha, parents.split(), (author, author_mail), (committer, committer_mail))
    kept.authored, kept.committed = (
        str(int(datetime.fromisoformat(each).timestamp())) for each in (authored, committed)
    )
    lines = rest.splitlines()
    body = "\n".join(line for line in lines if not NUMBERS.match(line))
    kept.message, kept.files = f"{title}\n\n{body}".strip(), list(_files(lines))
    return kept


def _block(block: str) -> Kept:
    """One commit in git's form `raw` or `fuller`: the headers, the indented message, the numbers."""
    first, *lines = block.splitlines()
    kept = Kept(first)
    message = []
    for line in lines:
        if line.startswith("    "):
            message.append(line[4:])
        elif not NUMBERS.match(line):
            _header(kept, line)
    kept.message, kept.files = "\n".join(message).strip(), list(_files(lines))
    return kept


def _header(kept: Kept, line: str) -> None:
    word, _, rest = line.partition(" ")
    rest = rest.strip()
    if word == "parent":
        kept.parents.append(rest)
    elif word in ("author", "committer"):
        who, seconds, _ = rest.rsplit(" ", 2)
        setattr(kept, word, _person(who))
        setattr(kept, "authored" if word == "author" else "committed", seconds)
    elif word in ("Author:", "Commit:"):
        setattr(kept, "author" if word == "Author:" else "committer", _person(rest))
    elif word in ("AuthorDate:", "CommitDate:"):
        moment = datetime.strptime(rest, "%a %b %d %H:%M:%S %Y %z")
        setattr(kept, "authored" if word == "AuthorDate:" else "committed", str(int(moment.timestamp())))


def _person(text: str) -> tuple[str, str]:
    found = PERSON.match(text)
    assert found, text
    return found[1], found[2]


def _files(lines: list[str]) -> Iterator[str]:
    """The paths that lines of numbers name; of a file that moved, where it moved to."""
    for line in lines:
        if found := NUMBERS.match(line):
            path = MOVED.sub(lambda pair: pair[2], found[1]).replace("//", "/")
            yield path.rpartition(" => ")[2]


def rebuild(folder: Path, history: list[Kept]) -> Scripted:
    """A repository with these commits, people, moments, messages and files; what came before them is unknown."""
    made = Scripted.make(folder)
    known = {kept.sha: place for place, kept in enumerate(reversed(history), 1)}
    has_parents = any(kept.parents for kept in history)
    parts: list[bytes] = []
    for place, kept in enumerate(reversed(history), 1):
        before = [known[each] for each in kept.parents if each in known] if has_parents else [place - 1] * (place > 1)
        parts += _commit(kept, place, before)
    parts.append(f"reset refs/heads/main\nfrom :{len(history)}\n\n".encode())
    made.git("fast-import", "--quiet", "--force", feed=b"".join(parts))
    return made


def _commit(kept: Kept, place: int, before: list[int]) -> Iterator[bytes]:
    message = kept.message.encode()
    yield f"commit refs/heads/b{place}\nmark :{place}\noriginal-oid {kept.sha}\n".encode()
    yield f"author {kept.author[0]} <{kept.author[1]}> {kept.authored} +0000\n".encode()
    yield f"committer {kept.committer[0]} <{kept.committer[1]}> {kept.committed} +0000\n".encode()
    yield f"data {len(message)}\n".encode() + message + b"\n"
    yield b"".join(f"{word} :{mark}\n".encode() for word, mark in zip(["from", *["merge"] * 9], before, strict=False))
    for path in kept.files:
        content = f"{place} {path}".encode()
        yield f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"
