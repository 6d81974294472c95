"""Acceptance checks are named by the tests that prove them."""

import re

from .sources import files_under, text_of

NAMED = re.compile(r"\bcheck (\d+)\b")
PROVED_NOW = {
    1, 4, 6, 9, 10, 11, 14, 15, 16, 21, 22, 24, 25, *range(29, 38), *range(40, 45), 46, 47, 50, *range(57, 63),
}  # fmt: skip


def named_checks() -> dict[str, set[str]]:
    suites = files_under("tests", suffixes=(".py",))
    return {name: set(NAMED.findall(text_of(name))) for name in suites}


def test_a_named_check_is_one_of_the_seventy_four() -> None:
    known = {f"{number:02}" for number in range(1, 75)}
    assert {name: numbers - known for name, numbers in named_checks().items() if numbers - known} == {}


def test_tokens_injection_webhooks_limits_and_upstream_faults_are_proved() -> None:
    named = {int(number) for numbers in named_checks().values() for number in numbers}
    assert sorted(PROVED_NOW - named) == []
