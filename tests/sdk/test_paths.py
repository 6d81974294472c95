"""Paths find their owners and services by the last rule that matches, as the forges document it."""

from __future__ import annotations

import time

import pytest
import re2  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from datasource_server import sdk
from datasource_server.sdk.paths import Owned, owners_of, read_rules, services_of, to_regex


def owned(path: str, *rules: tuple[str, str]) -> str:
    """Who owns a path by these patterns; `-` where nobody does."""
    rows = [{"place": place, "pattern": pattern, "owners": [owner]} for place, (pattern, owner) in enumerate(rules)]
    return "".join(owners_of(path, read_rules(rows)).owners) or "-"


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("*", ["a", "a/b/c.txt", ".github/x"], []),
        ("/**", ["a", "a/b"], []),
        ("*.js", ["a.js", "deep/er/b.js"], ["a.jsx", "js"]),
        ("/*.js", ["a.js"], ["lib/a.js"]),
        ("/build/logs/", ["build/logs/a", "build/logs/x/y"], ["build/logs", "x/build/logs/a"]),
        ("docs/*", ["docs/a.md"], ["docs/x/a.md", "x/docs/a.md", "docs"]),
        ("docs/**", ["docs/a.md", "docs/x/a.md"], ["docs", "x/docs/a"]),
        ("apps/", ["apps/a", "x/apps/a", "x/apps/y/z"], ["apps", "my-apps/a"]),
        ("/apps/", ["apps/a"], ["x/apps/a"]),
        ("/apps", ["apps", "apps/a/b"], ["x/apps", "apps2"]),
        ("apps", ["apps", "x/apps", "x/apps/y"], ["apps2"]),
        ("apps/web", ["apps/web", "apps/web/x"], ["x/apps/web"]),
        ("**/logs", ["logs", "a/b/logs", "a/logs/x"], ["logs2"]),
        ("**/a/*.go", ["a/x.go", "b/c/a/x.go"], ["a/b/x.go"]),
        ("a/**/b", ["a/b", "a/x/y/b", "a/x/b/c"], ["ab", "x/a/b"]),
        ("/a?c/", ["abc/x"], ["ac/x", "a/c/x"]),
        ("/my\\ notes.txt", ["my notes.txt"], ["my\\ notes.txt"]),
        ("\\#hash", ["#hash"], ["\\#hash"]),
        ("/app/[slug]/*", ["app/[slug]/page.tsx"], ["app/s/page.tsx"]),
        ("/v1.0/", ["v1.0/a"], ["v1x0/a"]),
        ("/line\nbreak*", ["line\nbreak more\nand more"], []),
    ],
)
def test_a_pattern_stands_for_the_paths_that_the_forges_document(
    pattern: str, matching: list[str], others: list[str]
) -> None:
    assert {path: owned(path, (pattern, "@ana")) for path in matching} == dict.fromkeys(matching, "@ana")
    assert {path: owned(path, (pattern, "@ana")) for path in others} == dict.fromkeys(others, "-")


def test_the_last_rule_that_matches_counts() -> None:
    rules = (("*", "@all"), ("/pay/", "@money"), ("*.md", "@writers"), ("/pay/README.md", "@ana"))
    assert owned("x.txt", *rules) == "@all"
    assert owned("pay/a.py", *rules) == "@money"
    assert owned("pay/x.md", *rules) == "@writers"
    assert owned("pay/README.md", *rules) == "@ana"


def test_a_rule_without_owners_frees_its_paths() -> None:
    rows = [{"place": 1, "pattern": "*", "owners": ["@all"]}, {"place": 2, "pattern": "/free/", "owners": []}]
    assert owners_of("free/a", read_rules(rows)) == Owned()


def test_services_and_owners_do_not_hide_one_another() -> None:
    rows = [
        sdk.PathOwner(repo="acme/shop", place=3, pattern="/cart/", service="checkout"),
        sdk.PathOwner(repo="acme/shop", place=1, pattern="*", owners=["@all"]),
        sdk.PathOwner(repo="acme/shop", place=2, pattern="/pay/", service="checkout"),
        sdk.PathOwner(repo="acme/shop", place=4, pattern="/pay/till/", service="till"),
    ]
    rules = read_rules(rows)
    assert owners_of("pay/a.py", rules) == Owned(("@all",), "checkout")
    assert owners_of("pay/till/a.py", rules) == Owned(("@all",), "till")
    assert services_of(["cart/a", "pay/till/b", "README.md"], rules) == {"checkout", "till"}
    assert services_of(["README.md"], rules) == frozenset()


def test_sections_add_their_owners() -> None:
    rows = [
        {"place": 1, "pattern": "*", "owners": ["@all"], "section": ""},
        {"place": 2, "pattern": "docs/", "owners": ["@writers", "@all"], "section": "documentation"},
        {"place": 3, "pattern": "docs/generated/", "owners": [], "section": "documentation"},
    ]
    rules = read_rules(rows)
    assert owners_of("docs/a.md", rules).owners == ("@all", "@writers")
    assert owners_of("docs/generated/a.md", rules).owners == ("@all",)


def test_without_rules_nobody_owns_anything() -> None:
    assert owners_of("a", read_rules([])) == Owned((), "")


WORDS = st.sampled_from(["a", "b", "*", "**", "a*", "?", "a.b", ""])
PATTERNS = st.builds(
    lambda words, end: "/".join(words) + end, st.lists(WORDS, min_size=1, max_size=4), st.sampled_from(["", "/"])
)
PATHS = st.lists(st.sampled_from(["a", "b", "ab", "a.b", "x"]), min_size=1, max_size=4).map("/".join)


@given(patterns=st.lists(PATTERNS, max_size=6), path=PATHS)
def test_looking_up_gives_what_trying_every_pattern_gives(patterns: list[str], path: str) -> None:
    rules = read_rules(
        [{"place": place, "pattern": each, "owners": [str(place)]} for place, each in enumerate(patterns)]
    )
    matching = [str(place) for place, each in enumerate(patterns) if re2.fullmatch(to_regex(each), path)]
    assert owners_of(path, rules).owners == tuple(matching[-1:])


def test_a_thousand_rules_and_a_hostile_pattern_are_quick() -> None:
    rows = [{"place": place, "pattern": f"/services/s{place}/", "service": f"s{place}"} for place in range(1_000)]
    rows.append({"place": 1_000, "pattern": "/" + "*a" * 30 + "b", "service": "hostile"})
    rules = read_rules(rows)
    begin = time.perf_counter()
    found = services_of((f"services/s{number % 1_000}/src/{number}.py" for number in range(20_000)), rules)
    assert len(found) == 1_000
    assert owners_of("a" * 5_000, rules).service == ""
    assert time.perf_counter() - begin < 5
