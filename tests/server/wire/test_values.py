"""The values of a parameter, in each spelling of each client."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasource_server.wire.requests import read_params
from datasource_server.wire.values import read_values


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("core", ("core",)),
        ("core,data", ("core", "data")),
        (" core , data ", ("core", "data")),
        ('["build, test","lint"]', ("build, test", "lint")),
        ('"build, test"', ("build, test",)),
        ("(checkout|payments)", ("checkout", "payments")),
        (r"(check\.out|pay\|ments)", ("check.out", "pay|ments")),
        ("(only)", ("(only)",)),
        ("{checkout,payments}", ("checkout", "payments")),
        (["checkout", "payments"], ("checkout", "payments")),
        ([1, 2.5, True], ("1", "2.5", "true")),
        ({"selected": True, "text": "Core", "value": ["core"]}, ("core",)),
        ("[not json", ("[not json",)),
        ("All", ("All",)),
    ],
)
def test_each_spelling_gives_the_same_values(raw: object, values: tuple[str, ...]) -> None:
    assert read_values(raw) == values


@pytest.mark.parametrize(
    "raw", ["", "__all", "$__all", ["__all"], '["__all"]', '"__all"', [], None, ["core", "__all"], "(__all|x)"]
)
def test_nothing_and_all_mean_everything(raw: object) -> None:
    assert read_values(raw) == ()


@pytest.mark.parametrize(
    "raw",
    ["' or 1=1--", '";drop table', "$1", "{{x}}", "a\x00b", "x" * 1_000_000],
    ids=["or", "drop", "dollar", "braces", "nul", "long"],
)
def test_hostile_text_stays_one_value(raw: str) -> None:
    """check 10: whatever stands in a variable is data."""
    (value,) = read_values([raw])

    assert value == raw


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    )
)
def test_whatever_json_holds_becomes_texts(raw: object) -> None:
    values = read_values(raw)

    assert all(isinstance(value, str) for value in values)


def test_parameters_for_which_all_is_meant_are_left_out() -> None:
    assert read_params({"team": "__all", "repo": "web", "branch": ""}) == {"repo": ("web",)}
