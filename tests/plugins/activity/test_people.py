"""One person under several names is one, and two people are two, whatever the order in which they were seen."""

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from opssight_activity.bots import is_bot
from opssight_activity.evidence import Alias
from opssight_activity.groups import Groups
from opssight_activity.people import Whose, sort_out
from opssight_activity.settings import Settings


def login(name: str, source: str = "github") -> Alias:
    return Alias(source, name, is_login=True)


def commit(name: str, email: str = "", source: str = "github") -> Alias:
    return Alias(source, name, email)


def people(found: Mapping[Alias, Whose]) -> set[frozenset[Alias]]:
    """Return the aliases, together where they are one person."""
    groups: dict[str, set[Alias]] = {}
    for alias, whose in found.items():
        groups.setdefault(whose.person, set()).add(alias)
    return {frozenset(group) for group in groups.values()}


def sorted_out(*aliases: Alias, **settings: object) -> dict[Alias, Whose]:
    return sort_out(aliases, Settings.model_validate(settings))


def are_one(*aliases: Alias, **settings: object) -> bool:
    return len(people(sorted_out(*aliases, **settings))) == 1


def test_a_login_and_the_addresses_beside_it_are_one_person() -> None:
    found = sorted_out(login("ana"), commit("ana", "ana@acme.example"), commit("Ana Bell", "ana@acme.example", "git"))
    assert {whose.person for whose in found.values()} == {"ana"}
    assert [whose.matched for _, whose in sorted(found.items())] == ["mail", "login", "login"]


@pytest.mark.parametrize(
    ("email", "forge"),
    [
        ("123+ana@users.noreply.github.com", "github"),
        ("ana@users.noreply.github.com", "github"),
        ("77-ana@users.noreply.gitlab.com", "gitlab"),
        ("77-ana@users.noreply.gitlab.acme.example", "gitlab"),
        ("77-ana@users.noreply.code.acme.example", "gitlab"),
    ],
)
def test_a_forges_noreply_address_is_its_account(email: str, forge: str) -> None:
    found = sorted_out(login("Ana", forge), commit("whatever", email, "git"))
    assert {whose.person for whose in found.values()} == {"ana"}
    assert found[commit("whatever", email, "git")].matched == "noreply address"


def test_an_account_that_was_renamed_stays_one_person() -> None:
    before, after = commit("x", "7+ana@users.noreply.github.com"), commit("x", "7+annabell@users.noreply.github.com")
    assert are_one(before, after)


@pytest.mark.parametrize(
    "mail", ["root@localhost", "info@acme.example", "ana@laptop.local", "ci@acme.example", "", "x"]
)
def test_an_address_that_tells_nobody_apart_puts_nobody_together(mail: str) -> None:
    names = (commit("Ana Bell", mail, "git"), commit("Ben Cole", mail, "git"))
    logins = (login("ana"), login("ben"), commit("ana", mail), commit("ben", mail))
    assert len(people(sorted_out(*names))) == 2
    assert people(sorted_out(*logins)) == {frozenset(logins[::2]), frozenset(logins[1::2])}


def test_an_address_under_two_logins_of_a_forge_puts_nobody_together() -> None:
    pair = "pair@acme.example"
    found = sorted_out(login("ana"), login("ben"), commit("ana", pair), commit("ben", pair), commit("P", pair, "git"))
    assert (found[commit("ana", pair)].person, found[commit("ben", pair)].person) == ("ana", "ben")
    assert found[commit("P", pair, "git")].matched == "name only"


def test_an_address_under_three_unrelated_names_is_a_shared_one() -> None:
    names = ("Ana Bell", "Ben Cole", "Cem Diaz")
    mails = [commit(name, "all@acme.example", "git") for name in names]
    spellings = [commit(name, "a@acme.example", "git") for name in ("Ana Bell", "Bell, Ana", "ana")]
    assert len(people(sorted_out(*mails))) == 3
    assert are_one(*spellings)


def test_a_first_name_puts_nobody_together() -> None:
    alex = [commit("Alex", f"{name}@acme.example", "git") for name in ("alex.kim", "alex.may")]
    assert len(people(sorted_out(*alex))) == 2


def test_where_commits_carry_names_a_login_is_believed_only_with_its_address() -> None:
    mine, other = commit("alex", "alex@acme.example", "gitlab"), commit("alex", "a.may@acme.example", "gitlab")
    found = sorted_out(login("alex", "gitlab"), mine, other)
    assert (found[mine].person, found[mine].matched) == ("alex", "name and mail")
    assert found[other].person == "a.may@acme.example"


def test_the_same_login_on_two_forges_is_two_people_until_the_settings_say_otherwise() -> None:
    pair = (login("ana", "github"), login("ana", "gitlab"))
    found = sorted_out(*pair)
    assert [found[each].person for each in pair] == ["ana (github)", "ana (gitlab)"]
    assert are_one(*pair, people=[{"name": "Ana Bell", "logins": ["ana"]}])


def test_the_settings_put_together_and_name_a_login_of_one_forge() -> None:
    told = {"name": "Ana Bell", "logins": ["gitlab:ana"], "emails": ["Ana@Home.example"], "names": ["A. Bell"]}
    of_ana = (
        login("ana", "gitlab"),
        commit("x", "ana@home.example", "git"),
        commit("A. Bell", "root@localhost", "git"),
    )
    found = sorted_out(login("ana", "github"), *of_ana, people=[told])
    assert [found[each].person for each in of_ana] == ["Ana Bell"] * 3
    assert found[of_ana[0]].logins == ("ana",)
    assert found[login("ana", "github")].person == "ana"


def test_people_whom_the_settings_part_stay_apart_whatever_was_seen() -> None:
    told = [{"name": "Ana", "logins": ["ana"]}, {"name": "Ben", "emails": ["ben@acme.example"]}]
    found = sorted_out(
        login("ana"), commit("ana", "ben@acme.example"), commit("Ben", "ben@acme.example", "git"), people=told
    )
    assert found[commit("Ben", "ben@acme.example", "git")].person == "Ben"
    assert found[login("ana")].person == "Ana"


def test_a_login_that_two_people_claim_is_refused() -> None:
    with pytest.raises(ValidationError, match="ana is claimed by more than one"):
        Settings.model_validate({"people": [{"name": "A", "logins": ["ana"]}, {"name": "B", "logins": ["Ana"]}]})


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("dependabot[bot]", ""),
        ("renovate-bot", ""),
        ("github-actions", ""),
        ("project_123_bot", ""),
        ("group_9_bot_0a1b2c", ""),
        ("Some Name", "41898282+github-actions[bot]@users.noreply.github.com"),
        ("Renovate", "bot@renovateapp.com"),
        ("acme-robot-7", ""),
    ],
)
def test_bots_are_no_people(name: str, email: str) -> None:
    assert sorted_out(commit(name, email), bots=["acme-robot*"])[commit(name, email)].matched == "bot"


@pytest.mark.parametrize("name", ["talbot", "Abbot", "botond", "ana"])
def test_people_are_no_bots(name: str) -> None:
    assert not is_bot(name, f"{name}@acme.example", ())


def test_whom_the_settings_call_a_person_is_no_bot() -> None:
    found = sorted_out(login("elliot-bot"), people=[{"name": "Elliot", "logins": ["elliot-bot"]}])
    assert found[login("elliot-bot")].person == "Elliot"


LOGINS = ("ana", "ben", "cem", "dan")
MAILS = ("ana@a.example", "ben@b.example", "7+ana@users.noreply.github.com", "root@localhost", "info@a.example", "")
ALIASES = st.one_of(
    st.builds(login, st.sampled_from(LOGINS), st.sampled_from(("github", "gitlab"))),
    st.builds(
        commit,
        st.sampled_from((*LOGINS, "Ana Bell", "Ben Cole", "Ana")),
        st.sampled_from(MAILS),
        st.sampled_from(("github", "gitlab", "git")),
    ),
)
TOLD = [
    {"name": "Ana Bell", "logins": ["github:ana"]},
    {"name": "Ben Cole", "logins": ["ben"], "emails": ["ben@b.example"]},
]


@given(st.lists(ALIASES, max_size=14), st.randoms(), st.sampled_from(([], TOLD)))
def test_the_order_of_what_was_seen_makes_no_difference(seen: list[Alias], random: object, told: list[object]) -> None:
    mixed = list(seen)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    settings = Settings.model_validate({"people": told})
    assert sort_out(seen, settings) == sort_out([*mixed, *seen[:3]], settings)


WEAK = ("root@localhost", "info@acme.example", "dev@acme.example", "ana@laptop.lan", "")


@given(st.lists(st.tuples(st.sampled_from(LOGINS), st.sampled_from(WEAK)), min_size=1), st.lists(st.sampled_from(WEAK)))
def test_weak_evidence_never_makes_one_person_of_two(pairs: list[tuple[str, str]], names: list[str]) -> None:
    seen: Iterable[Alias] = [
        *(login(name) for name, _ in pairs),
        *(commit(name, mail) for name, mail in pairs),
        *(commit("Ana", mail, "git") for mail in names),
    ]
    found = sort_out(seen, Settings())
    assert {found[login(name)].person for name, _ in pairs} == {name for name, _ in pairs}
    assert all(found[commit(name, mail)].person == name for name, mail in pairs)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12))))
def test_groups_are_what_can_be_reached_by_pairs(pairs: list[tuple[int, int]]) -> None:
    groups = {frozenset(group) for group in Groups(pairs).all()}
    assert all(len({group for group in groups if {left, right} & group}) == 1 for left, right in pairs)
    assert sum(map(len, groups)) == len({each for pair in pairs for each in pair})
