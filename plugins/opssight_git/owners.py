"""CODEOWNERS files of GitHub and GitLab, and the path maps of the settings, as rules of one form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from datasource_server import sdk
from opssight_git.settings import ServiceSettings

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may be; the first that is there counts."""

SECTION = re.compile(r"^\^?\[([^\]]+)\](?:\[\d+\])?(?:\s+(.*))?$")
WORDS = re.compile(r"(?<!\\)\s+")
OWNER = re.compile(r"^@{1,2}[^\s@]+$|^[^\s@]+@[^\s@]+$")


@dataclass(frozen=True, slots=True)
class _Line:
    pattern: str
    owners: tuple[str, ...]
    section: str


def read_code_owners(text: str, *, repo: str, path: str) -> list[sdk.PathOwner]:
    """Return the rules of a CODEOWNERS file at one of PLACES.

    A file in `.gitlab`, or with sections, is GitLab's: a pattern there is bound to the root by a leading slash alone,
    sections have owners of their own for rules without, and `!` takes paths out of a section.
    """
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    is_gitlab = path.startswith(".gitlab") or any(SECTION.match(line) for line in lines)
    found = list(_gitlab(lines) if is_gitlab else _github(lines))
    return [_row(place, line, repo) for place, line in enumerate(found, 1)]


def _row(place: int, line: _Line, repo: str) -> sdk.PathOwner:
    return sdk.PathOwner(
        repo=repo, place=place, pattern=line.pattern, owners=list(line.owners), section=line.section, service=""
    )


def _github(lines: Iterable[str]) -> Iterator[_Line]:
    for line in lines:
        pattern, *words = WORDS.split(line)
        owners, is_valid = _owners(words)
        if is_valid and not pattern.startswith("!"):
            yield _Line(pattern, owners, "")


def _gitlab(lines: Iterable[str]) -> Iterator[_Line]:
    """Yield the rules; what a section excludes stays excluded whatever comes after, so that it stands behind."""
    section, defaults, exceptions = "", tuple[str, ...](), list[_Line]()
    for line in lines:
        if head := SECTION.match(line):
            section, defaults = head[1].lower(), _owners(WORDS.split(head[2] or ""))[0]
            continue
        pattern, *words = WORDS.split(line)
        owners, _ = _owners(words)
        if pattern.startswith("!"):
            exceptions.append(_Line(_unbound(pattern[1:]), (), section))
        else:
            yield _Line(_unbound(pattern), owners or defaults, section)
    yield from exceptions


def _unbound(pattern: str) -> str:
    """Return a pattern of GitLab in GitHub's words, where a slash in its middle would bind it to the root."""
    return pattern if pattern.startswith(("/", "**/")) or "/" not in pattern.rstrip("/") else f"**/{pattern}"


def _owners(words: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Return the owners among the words before a comment, and whether there is nothing else."""
    owners: list[str] = []
    is_valid = True
    for word in words:
        if word.startswith("#"):
            break
        if OWNER.match(word):
            owners.append(word)
        elif word:
            is_valid = False
    return tuple(owners), is_valid


def service_rules(services: Mapping[str, ServiceSettings], repo: str, after: int) -> list[sdk.PathOwner]:
    """Return the rules of the services that live in a repository, placed after its other rules."""
    pairs = [
        (name, path) for name, each in services.items() if each.repo.lower() == repo.lower() for path in each.paths
    ]
    return [
        sdk.PathOwner(repo=repo, place=after + place, pattern=pattern, owners=[], section="", service=name)
        for place, (name, pattern) in enumerate(pairs, 1)
    ]
