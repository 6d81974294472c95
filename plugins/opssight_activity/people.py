"""People: which names, logins and addresses are one person. Pure; the order of what was seen is no matter.

Two of them are put together by what hardly errs: a forge's login beside a mail address of one's own, a forge's noreply
address, the settings. What many people may share (a role's mailbox, `root@localhost`, an address under two logins or
three unrelated names, a first name) puts nobody together; it may be a reason to suggest it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from opssight_activity.bots import is_bot
from opssight_activity.evidence import Alias, Claims, Node, read_evidence
from opssight_activity.groups import Groups
from opssight_activity.settings import Settings
from opssight_activity.tables import Matched

KINDS = ("person", "login", "mail", "name", "account")
"""Which of a person's nodes gives the person its name: the first kind that there is."""

Pair = tuple[Node, Node]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose an alias is, what shows it, and all logins of that person."""

    person: str
    matched: Matched
    logins: tuple[str, ...] = ()

    @property
    def is_bot(self) -> bool:
        """Say whether it is no person."""
        return self.matched == "bot"


def sort_out(aliases: Iterable[Alias], settings: Settings) -> dict[Alias, Whose]:
    """Return whose each alias is."""
    claims = Claims(settings.people)
    seen = {each: not claims.knows(each) and is_bot(each.name, each.email, settings.bots) for each in set(aliases)}
    humans = sorted(alias for alias, is_machine in seen.items() if not is_machine)
    evidence = read_evidence(humans, settings)
    nodes = {alias: evidence.nodes(alias) for alias in humans}
    groups = _grouped(nodes, claims)
    named = _named(groups, claims)
    found = {alias: Whose(alias.name or alias.email, "bot") for alias, is_machine in seen.items() if is_machine}
    for alias, (first, *_) in nodes.items():
        person, logins = named[groups.head(first)]
        is_claimed = bool(claims.of(first))
        matched = "settings" if is_claimed else evidence.matched(alias, has_login=bool(logins))
        found[alias] = Whose(person, matched, logins)
    return found


def _grouped(nodes: Mapping[Alias, list[Node]], claims: Claims) -> Groups[Node]:
    """Return the groups of nodes that are one person each; what the settings part stays apart."""
    each = {node for own in nodes.values() for node in own}
    told = [(node, ("person", "", name)) for node in each if (name := claims.of(node))]
    seen = {pair for own in nodes.values() for pair in pairwise(own)}
    whole = _groups(each, told, seen)
    heads = Counter(whole.head(person) for person in {person for _, person in told})
    kept = {pair for pair in seen if heads[whole.head(pair[0])] < 2 or not any(map(claims.of, pair))}
    return whole if len(kept) == len(seen) else _groups(each, told, kept)


def _groups(nodes: Iterable[Node], told: Iterable[Pair], seen: Iterable[Pair]) -> Groups[Node]:
    groups: Groups[Node] = Groups([*told, *seen])
    for node in nodes:
        groups.add(node)
    return groups


def _named(groups: Groups[Node], claims: Claims) -> dict[Node, tuple[str, tuple[str, ...]]]:
    """Return the name and the logins of each group by its head; no two have the same name."""
    found = {groups.head(next(iter(own))): own for own in groups.all()}
    best = {head: min(own, key=_rank) for head, own in found.items()}
    taken = Counter((kind, text.casefold()) for kind, _, text in best.values())
    return {head: (_name(best[head], taken), _logins(own, best[head], claims)) for head, own in found.items()}


def _logins(own: Iterable[Node], best: Node, claims: Claims) -> tuple[str, ...]:
    given = claims.logins(best[2]) if best[0] == "person" else set()
    return tuple(sorted({text for kind, _, text in own if kind == "login"} | given))


def _rank(node: Node) -> tuple[int, str, str]:
    kind, place, text = node
    return KINDS.index(kind), text, place


def _name(node: Node, taken: Counter[tuple[str, str]]) -> str:
    """Return what a group is called: plain, unless another of its kind or of a more telling one is called so too."""
    kind, place, text = node
    rivals = sum(taken[other, text.casefold()] for other in KINDS[: KINDS.index(kind) + 1])
    return text if kind == "person" or rivals == 1 else f"{text} ({place or kind})"
