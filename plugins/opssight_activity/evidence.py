"""Evidence: what a name in a row shows for sure of whose it is. Pure; the order of what was seen is no matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from opssight_activity.addresses import folded, is_shared, local_part, read_noreply, tokens
from opssight_activity.groups import Groups
from opssight_activity.settings import Person, Settings
from opssight_activity.tables import Matched

Node = tuple[str, str, str]
"""What can be somebody's: ("login", forge, login), ("account", forge, number), ("mail", "", address),
("name", source or shared address, name), ("person", "", name)."""

UNRELATED = 3
"""So many names without a word in common under one address make it a shared one."""


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """A name as it stands in the rows of a source; `is_login`: the forge itself says so."""

    source: str
    name: str
    email: str = ""
    is_login: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What all aliases say together: which names are logins, and which addresses tell nobody apart."""

    names_only: Sequence[str]
    logins: frozenset[tuple[str, str]]
    shared: frozenset[str]

    def nodes(self, alias: Alias) -> list[Node]:
        """Return what an alias shows to be one person's, the most telling first; at least one."""
        return list(self._nodes(alias))

    def _nodes(self, alias: Alias) -> Iterator[Node]:
        login, noreply = login_of(alias, self.logins, self.names_only), read_noreply(alias.email)
        mail = folded(alias.email)
        has_mail = bool(mail) and noreply is None and mail not in self.shared
        if login:
            yield ("login", alias.source, login)
        if noreply:
            yield ("login", noreply.forge, noreply.login)
        if noreply and noreply.account:
            yield ("account", noreply.forge, noreply.account)
        if has_mail:
            yield ("mail", "", mail)
        if not (login or noreply or has_mail):
            yield ("name", mail or alias.source, alias.name)

    def matched(self, alias: Alias, *, has_login: bool) -> Matched:
        """Return what shows whose the alias is; `has_login` says that the person is known to have one."""
        if login_of(alias, self.logins, self.names_only):
            return "login" if alias.is_login or alias.source not in self.names_only else "name and mail"
        if read_noreply(alias.email):
            return "noreply address"
        if self.nodes(alias)[0][0] == "mail":
            return "mail" if has_login else "mail only"
        return "name only"


def read_evidence(aliases: Sequence[Alias], settings: Settings) -> Evidence:
    """Return what the aliases, of which none is a bot's, say together."""
    logins = frozenset(_logins(aliases))
    return Evidence(settings.names_only, logins, frozenset(_shared(aliases, logins, settings.names_only)))


def login_of(alias: Alias, logins: frozenset[tuple[str, str]], names_only: Sequence[str]) -> str:
    """Return the login that a name is; empty where it is none.

    Where commits carry names only, a name that is also somebody's login is believed if the address begins with it too.
    """
    login = folded(alias.name)
    if alias.is_login:
        return login
    is_known = (alias.source, login) in logins
    is_believed = alias.source not in names_only or local_part(folded(alias.email)) == login
    return login if is_known and is_believed else ""


def _logins(aliases: Iterable[Alias]) -> Iterator[tuple[str, str]]:
    for alias in aliases:
        if alias.is_login:
            yield alias.source, folded(alias.name)
        elif noreply := read_noreply(alias.email):
            yield noreply.forge, noreply.login


def _shared(aliases: Iterable[Alias], logins: frozenset[tuple[str, str]], names_only: Sequence[str]) -> Iterator[str]:
    """Yield the addresses that many may write from: by their look, under two logins, under unrelated names."""
    by_mail: dict[str, list[Alias]] = defaultdict(list)
    for alias in aliases:
        by_mail[folded(alias.email)].append(alias)
    for mail, under in by_mail.items():
        known = {(each.source, login_of(each, logins, names_only)) for each in under}
        written = {each.name for each in under if not login_of(each, logins, names_only)}
        forges = [source for source, login in known if login]
        if is_shared(mail) or len(forges) > len(set(forges)) or _unrelated(written) >= UNRELATED:
            yield mail


def _unrelated(names: Iterable[str]) -> int:
    """Return how many names there are that have no word in common."""
    groups: Groups[str] = Groups()
    for name in names:
        groups.add(name)
        for word in tokens(name):
            groups.join(name, "\n" + word)
    return len(groups.all())


@dataclass(frozen=True, slots=True)
class Claims:
    """What the settings say is whose."""

    people: Sequence[Person]
    _by_text: dict[tuple[str, str], str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for person in self.people:
            self._by_text.update({("login", folded(each)): person.name for each in person.logins})
            self._by_text.update({("mail", folded(each)): person.name for each in person.emails})
            self._by_text.update({("name", folded(each)): person.name for each in person.names})

    def of(self, node: Node) -> str:
        """Return the person whose a node is by the settings; empty where they say nothing."""
        kind, place, text = node
        in_place = self._by_text.get((kind, f"{place}:{folded(text)}"), "") if kind == "login" else ""
        return in_place or self._by_text.get((kind, folded(text)), "")

    def knows(self, alias: Alias) -> bool:
        """Say whether the settings name the login, the name or the address of an alias."""
        nodes = (("login", alias.source, alias.name), ("name", "", alias.name), ("mail", "", alias.email))
        return any(map(self.of, nodes))

    def logins(self, name: str) -> set[str]:
        """Return the logins that the settings give a person, without their forges."""
        given = (login for person in self.people if person.name == name for login in person.logins)
        return {folded(login.rpartition(":")[2]) for login in given}
