"""Pieces that the boards of tests share: variables, links, and how a test's result looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasource_server.sdk import Column, Link, Variable
from datasource_server.sdk.looks import KEEP, coloured

BRANCH = Variable("branch", "Branch", "ci/branches")
TEST = Variable("test", "Test", kind="text", default="")
OTHERWISE = Variable("otherwise", "Newest failure", "junit/newest_failure", multi=False, default="", hidden=True)
"""What a board shows while no test is chosen."""

TO_HISTORY = Link("Its history", f"/d/opssight-test?{KEEP}&var-test=${{__data.fields.test_link}}")

LOOKS = {
    "passed": ("✓ passed", "green"),
    "failed": ("✕ failed", "red"),
    "error": ("✕ error", "red"),
    "skipped": ("– skipped", "text"),
}


def _mappings() -> list[Mapping[str, Any]]:
    words = enumerate(LOOKS.items())
    options = {word: {"index": place, "text": text, "color": colour} for place, (word, (text, colour)) in words}
    return [{"type": "value", "options": options}]


def result(links: tuple[Link, ...]) -> Column:
    """Return the column that says how a test ended."""
    look = {"mappings": _mappings(), "custom.cellOptions": {"type": "color-text"}, "custom.width": 95}
    return Column("status", "Result", links=links, options=look)


RESULTS = coloured(
    ("passed", "✓ passed", "green"),
    ("failed", "✕ failed", "red"),
    ("flaky", "≈ flaky", "yellow"),
    ("skipped", "– skipped", "#c0c0c0"),
)
