"""Patterns: regular expressions that came from outside; only RE2's, and only those that stay cheap."""

from __future__ import annotations

import re2  # type: ignore[import-untyped]

from datasource_server.sdk import QueryError

MAX_LENGTH = 200
MAX_PROGRAM_BYTES = 16_384
"""RE2 refuses what would compile to more; a long list of names still fits, nested repetitions do not."""


def require_pattern(pattern: str) -> str:
    """Return the pattern; QueryError where it is none, too long or too costly."""
    if len(pattern) > MAX_LENGTH:
        raise QueryError(f"regular expression: found {len(pattern)} characters, expected at most {MAX_LENGTH}")
    options = re2.Options()
    options.max_mem = MAX_PROGRAM_BYTES
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except (re2.error, UnicodeError):
        raise QueryError("regular expression: not one that RE2 takes, or too costly to match") from None
    return pattern
