"""Who may be one person is suggested with its reasons, and counted once where a crowd is needed."""

from opssight_activity.likeness import Known, crowds, likenesses


def test_the_same_full_name_is_a_reason_and_a_first_name_is_none() -> None:
    named = [
        Known("a@x.example", "git", "Ana Bell", "a@x.example"),
        Known("b@y.example", "git", "Béll, Ana", "b@y.example"),
    ]
    (found,) = likenesses(named)
    assert (found.person, found.other, found.evidence) == ("a@x.example", "b@y.example", ["the same name: ana bell"])
    assert likenesses([Known("a", "git", "Ana"), Known("b", "git", "Ana")]) == []


def test_reasons_that_agree_make_it_likelier() -> None:
    login = Known("anabell", "gitlab", "anabell", is_login=True)
    by_address = Known("ana.bell@x.example", "gitlab", "Ana Bell", "ana.bell@x.example")
    by_both = Known("ana.bell@y.example", "gitlab", "anabell", "ana.bell@y.example")
    (alone,) = likenesses([login, by_address])
    found = {(each.person, each.other): each for each in likenesses([login, by_address, by_both])}
    assert alone.evidence == ["the same login or beginning of an address: anabell"]
    assert found["ana.bell@y.example", "anabell"].score > alone.score


def test_a_login_on_two_forges_and_an_address_under_two_logins_are_reasons() -> None:
    forges = [Known(f"ana ({forge})", forge, "ana", is_login=True) for forge in ("github", "gitlab")]
    logins = [Known(name, "github", name, "pair@x.example", is_login=True) for name in ("ana", "ben")]
    assert [each.evidence for each in likenesses(forges)] == [["the same login on two forges: ana"]]
    assert [each.evidence for each in likenesses(logins)] == [["one address under two logins: pair@x.example"]]


def test_what_a_machine_or_a_role_writes_is_no_reason() -> None:
    logins = [Known(name, "github", name, "root@localhost", is_login=True) for name in ("ana", "ben")]
    mails = [Known(name, "git", name, f"developer@{name}.example") for name in ("a", "b")]
    assert likenesses([*logins, *mails]) == []


def test_what_many_have_in_common_says_nothing() -> None:
    assert likenesses([Known(f"p{place}", "git", "Kim Lee", f"m{place}@x.example") for place in range(9)]) == []


def test_people_whom_the_settings_name_are_not_suggested() -> None:
    told = [Known(name, "git", "Kim Lee", f"{name}@x.example", is_told=True) for name in ("one", "two")]
    assert likenesses(told) == []


def test_people_who_may_be_one_are_one_of_a_crowd() -> None:
    known = [Known(f"m{place}", "git", "Kim Lee", f"m{place}@x.example") for place in range(3)]
    crowd = crowds(["m0", "m1", "m2", "z"], likenesses(known))
    assert dict(crowd) == {"m0": "m0", "m1": "m0", "m2": "m0", "z": "z"}
