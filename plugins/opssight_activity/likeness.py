"""Likeness: who may be one person, and why it is not sure. Pure; the order of who is known is no matter.

It merges nobody. It makes suggestions, and it keeps the count of people low where a few of them are to be told from a
crowd.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from opssight_activity.addresses import ROLES, folded, is_shared, local_part, read_noreply, squashed, tokens
from opssight_activity.groups import Groups

COMMON = 5
"""What more people than these have in common says nothing of any two of them."""

SHORTEST = 5
"""A login or the beginning of an address that is shorter is a first name or initials."""

Sign = tuple[str, str, str]
"""What several may have in common: its kind, where it is found, the words for it."""

SCORES = {"mail": 0.8, "login": 0.7, "author": 0.6, "name": 0.6, "local": 0.5}


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """One alias with the person whose it is; `is_login` where the name is a login, `is_told` by the settings."""

    person: str
    source: str
    name: str
    email: str = ""
    is_login: bool = False
    is_told: bool = False


@dataclass(slots=True)
class Likeness:
    """Two people who may be one: `score` from 0 to 1, and what speaks for it."""

    person: str
    other: str
    score: float = 0.0
    evidence: list[str] = field(default_factory=list)

    def add(self, kind: str, words: str) -> None:
        """Add one more reason; reasons that agree make it likelier."""
        self.score = round(1 - (1 - self.score) * (1 - SCORES[kind]), 3)
        self.evidence.append(words)


def likenesses(known: Iterable[Known]) -> list[Likeness]:
    """Return the pairs of people who may be one, the likeliest first."""
    known = set(known)
    told = {each.person for each in known if each.is_told}
    found: dict[tuple[str, str], Likeness] = {}
    for (kind, _, words), people in sorted(_shared(known).items()):
        first, *others = sorted(people)
        for other in others if len(people) <= COMMON else ():
            if not {first, other} <= told:
                found.setdefault((first, other), Likeness(first, other)).add(kind, words)
    return sorted(found.values(), key=lambda each: (-each.score, each.person, each.other))


def _shared(known: Iterable[Known]) -> dict[Sign, set[str]]:
    """Return who has each sign; that somebody signs with a login says something where it is a login."""
    shared: dict[Sign, set[str]] = defaultdict(set)
    logins = {(each.source, folded(each.name)) for each in known if each.is_login}
    for each in known:
        for sign in _signs(each):
            shared[sign].add(each.person)
        if (each.source, name := folded(each.name)) in logins:
            shared["author", each.source, f"signs commits with the login {name}"].add(each.person)
    return shared


def crowds(people: Iterable[str], alike: Iterable[Likeness]) -> Mapping[str, str]:
    """Return for each person one name for all who may be one with that person."""
    groups: Groups[str] = Groups((each.person, each.other) for each in alike)
    for person in people:
        groups.add(person)
    first = {groups.head(min(own)): min(own) for own in groups.all()}
    return {person: first[groups.head(person)] for own in groups.all() for person in own}


def _signs(known: Known) -> Iterator[Sign]:
    """Yield what somebody may have in common with another."""
    mail, words = folded(known.email), tokens(known.name)
    is_own = not is_shared(mail) and read_noreply(mail) is None
    if known.is_login:
        yield "login", "", f"the same login on two forges: {folded(known.name)}"
        yield from _local(folded(known.name))
    elif len(words) > 1:
        yield "name", "", f"the same name: {' '.join(sorted(words))}"
    if is_own and known.is_login:
        yield "mail", "", f"one address under two logins: {mail}"
    elif is_own:
        yield from _local(local_part(mail))


def _local(text: str) -> Iterator[Sign]:
    plain = squashed(text)
    if len(plain) >= SHORTEST and text not in ROLES:
        yield "local", "", f"the same login or beginning of an address: {plain}"
