"""Patterns of settings: RE2 expressions, checked when they are read, and their answers remembered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

import re2  # type: ignore[import-untyped]
from pydantic import AfterValidator

NEVER = r"[^\s\S]"
"""An expression that matches nothing."""


@lru_cache(maxsize=1_000)
def compiled(pattern: str) -> Any:  # noqa: ANN401  its objects have no types
    """Return the compiled expression; ValueError says what is wrong with it."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options=options)
    except re2.error as problem:
        reason = problem.args[0].decode() if isinstance(problem.args[0], bytes) else problem
        raise ValueError(f"{pattern!r} is no RE2 expression: {reason}") from None


def _checked(pattern: str) -> str:
    compiled(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_checked)]
"""An RE2 expression that is searched for; an empty one is found everywhere."""


@lru_cache(maxsize=100_000)
def found(pattern: str, text: str) -> Mapping[str, str] | None:
    """Return the named groups of the first match, those that took part; None where there is no match."""
    match = compiled(pattern).search(text)
    return None if match is None else {name: value for name, value in match.groupdict().items() if value}


@lru_cache(maxsize=100_000)
def is_whole(pattern: str, text: str) -> bool:
    """Return whether the expression matches the whole text."""
    return compiled(pattern).fullmatch(text) is not None


def group_names(pattern: str) -> frozenset[str]:
    """Return the names of the expression's groups."""
    return frozenset(compiled(pattern).groupindex)


def any_of(patterns: list[str]) -> str:
    """Return one expression that is found where one of these is; of none, one that is never found."""
    return "|".join(f"(?:{pattern})" for pattern in patterns) or NEVER
