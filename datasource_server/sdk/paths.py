"""Paths: who owns a path of a repository and which service it belongs to, by rules as CODEOWNERS files write them.

A pattern with a slash before its end is bound to the root, any other matches at every depth; `*` and `?` stay within a
folder, `**` does not; a folder stands for all below it, but `docs/*` for the files of that folder alone. `[` and `!`
stand for themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import re2  # type: ignore[import-untyped]

from datasource_server.sdk.domain import PathOwner

REMEMBERED = 200_000
WILD = frozenset("*?\\")


@dataclass(frozen=True, slots=True)
class Owned:
    """Who owns a path, and the service it belongs to; both are empty where no rule says so."""

    owners: tuple[str, ...] = ()
    service: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    place: int
    pattern: str
    owners: tuple[str, ...]
    service: str
    section: str

    @property
    def group(self) -> tuple[bool, str]:
        """Rules of one group hide one another: those about services, and those of each section about owners."""
        return bool(self.service), self.section


class Rules:
    """The rules of one repository, compiled once; paths that were asked for are remembered."""

    def __init__(self, rules: Iterable[_Rule]) -> None:
        groups: dict[tuple[bool, str], list[_Rule]] = defaultdict(list)
        for rule in sorted(rules, key=lambda each: each.place):
            groups[rule.group].append(rule)
        self._groups = [_Group(each) for each in groups.values()]
        self._known: dict[str, Owned] = {}

    def of(self, path: str) -> Owned:
        """Return who owns a path."""
        found = self._known.get(path)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[path] = self._find(path)
        return found

    def _find(self, path: str) -> Owned:
        last = [rule for group in self._groups if (rule := group.last(path))]
        owners = dict.fromkeys(owner for rule in last if not rule.service for owner in rule.owners)
        return Owned(tuple(owners), next((rule.service for rule in reversed(last) if rule.service), ""))


class _Group:
    """Rules of which the last that matches counts: plain ones are looked up, the others tried from the last."""

    def __init__(self, rules: list[_Rule]) -> None:
        self._rules = rules
        self._paths: dict[str, int] = {}
        self._roots: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._folders: dict[str, int] = {}
        wild = [(place, rule.pattern) for place, rule in enumerate(rules) if not self._is_plain(place, rule.pattern)]
        self._wild = [(place, re2.compile(to_regex(pattern))) for place, pattern in reversed(wild)]

    def _is_plain(self, place: int, pattern: str) -> bool:
        """Return whether a pattern can be looked up, and put it into the table where that is done."""
        is_bound = "/" in pattern.rstrip("/")
        pattern = pattern.removesuffix("**") if pattern.endswith("/**") else pattern
        if WILD & set(pattern) or not (inner := pattern.strip("/")):
            return False
        of_files = self._paths if is_bound else self._names
        of_folders = self._roots if is_bound else self._folders
        (of_folders if pattern.endswith("/") else of_files)[inner] = place
        return True

    def last(self, path: str) -> _Rule | None:
        """Return the last rule that matches a path."""
        words = path.split("/")
        best = max(
            *(self._paths.get(above, -1) for above in _above(words)),
            *(self._names.get(word, -1) for word in words),
            *(self._roots.get(above, -1) for above in _above(words[:-1])),
            *(self._folders.get(word, -1) for word in words[:-1]),
            -1,
        )
        for place, regex in self._wild:
            if place < best:
                break
            if regex.fullmatch(path):
                return self._rules[place]
        return self._rules[best] if best >= 0 else None


def _above(words: list[str]) -> Iterator[str]:
    path = ""
    for word in words:
        path = f"{path}/{word}" if path else word
        yield path


def read_rules(rows: Iterable[Mapping[str, object] | PathOwner]) -> Rules:
    """Return the rules that rows of `path_owner` make, of one repository, in any order."""
    return Rules(_rule(row.model_dump() if isinstance(row, PathOwner) else row) for row in rows)


def _rule(row: Mapping[str, object]) -> _Rule:
    owners = row.get("owners")
    names = tuple(map(str, owners)) if isinstance(owners, list | tuple) else ()
    words = (str(row.get(name) or "") for name in ("service", "section"))
    return _Rule(int(str(row["place"])), str(row["pattern"]), names, *words)


def owners_of(path: str, rules: Rules) -> Owned:
    """Return who owns a path and the service it belongs to, by the last rule that matches it."""
    return rules.of(path)


def services_of(files: Iterable[str], rules: Rules) -> frozenset[str]:
    """Return the services that these files belong to, without those that belong to none."""
    return frozenset(service for path in files if (service := rules.of(path).service))


def to_regex(pattern: str) -> str:
    """Return the regular expression, of RE2, of the whole paths that a pattern stands for."""
    inner = pattern.strip("/")
    if inner in ("", "**"):
        return "(?s).*"
    words = inner.split("/")
    is_bound = "/" in pattern.rstrip("/")
    start = "" if is_bound or words[0] == "**" else "(?:.*/)?"
    return f"(?s){start}{_middle(words)}{_end(words, is_bound=is_bound, is_folder=pattern.endswith('/'))}"


def _middle(words: list[str]) -> str:
    """Return the expression of the words of a path, where `**` is any number of folders."""
    *folders, last = words
    parts = ["(?:.*/)?" if word == "**" else _word(word) + "/" for word in folders]
    return "".join(parts) + (".*" if last == "**" else _word(last))


def _end(words: list[str], *, is_bound: bool, is_folder: bool) -> str:
    """Return what may follow: all below the last word, unless that is `*` in a folder and so the folder's own files."""
    if is_folder:
        return "/.*"
    is_own_files = words[-1] == "*" and is_bound
    return "" if words[-1] == "**" or is_own_files else "(?:/.*)?"


def _word(word: str) -> str:
    parts, rest = [], iter(word)
    for letter in rest:
        if letter == "\\":
            parts.append(re2.escape(next(rest, "\\")))
        else:
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(letter) or re2.escape(letter))
    return "".join(parts)
