"""Which commit a commit takes back: by the id in its message, by the number of a merged request, or by its title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opssight_git.history import title_of

BY_ID = re.compile(r"\bThis reverts commit\s+([0-9a-f]{7,64})\b")
BY_NUMBER = re.compile(r"^Reverts (?:[\w./-]+)?[#!](\d+)\b", re.MULTILINE)
BY_TITLE = re.compile(r'^Revert "(.+)"(?: \([#!]\d+\))?$')
NUMBERED = re.compile(r" \([#!](\d+)\)$")
MERGED = re.compile(r"^Merge pull request #(\d+) ")

CANDIDATES = """
SELECT sha, title, committed_at
FROM "commit"
WHERE source = $source
  AND repo = $repo
  AND (
    list_contains($titles, regexp_replace(title, ' \\([#!]\\d+\\)$', ''))
    OR list_contains($numbers, nullif(regexp_extract(title, ' \\([#!](\\d+)\\)$', 1), ''))
    OR list_contains($numbers, nullif(regexp_extract(title, '^Merge pull request #(\\d+) ', 1), ''))
  )
ORDER BY committed_at DESC, sha
"""
"""Commits that may be meant by titles and numbers, newest first."""


@dataclass(frozen=True, slots=True)
class Revert:
    """A commit that takes another back, and what its message says of that: an id, a number or a title."""

    sha: str
    authored_at: datetime
    committed_at: datetime
    identity: str = ""
    number: str = ""
    title: str = ""


def reverted(message: str) -> tuple[str, str, str]:
    """Return the id, the number and the title of what a message takes back; all empty where it takes nothing back."""
    by_id, by_title = BY_ID.search(message), BY_TITLE.match(title_of(message))
    if by_id:
        return by_id[1], "", ""
    by_number = BY_NUMBER.search(message) if by_title else None
    return "", by_number[1] if by_number else "", by_title[1] if by_title else ""


def wanted(reverts: Iterable[Revert]) -> dict[str, list[str]]:
    """Return the parameters of CANDIDATES that find what these reverts may mean."""
    known = list(reverts)
    titles = {NUMBERED.sub("", each.title) for each in known if each.title}
    return {"titles": sorted(titles), "numbers": sorted({each.number for each in known if each.number})}


def match(revert: Revert, candidates: Sequence[Mapping[str, Any]]) -> str:
    """Return the id of the newest commit before a revert that has its number or else its title; nothing if none."""
    before = [each for each in candidates if each["committed_at"] <= revert.committed_at and each["sha"] != revert.sha]
    by_number = (each["sha"] for each in before if revert.number and _number(each["title"]) == revert.number)
    by_title = (each["sha"] for each in before if revert.title and _bare(each["title"]) == _bare(revert.title))
    return next(by_number, "") or next(by_title, "")


def _number(title: str) -> str:
    found = NUMBERED.search(title) or MERGED.match(title)
    return found[1] if found else ""


def _bare(title: str) -> str:
    return NUMBERED.sub("", title)
