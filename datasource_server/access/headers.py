"""Headers of a request as they came in: in order, repeated ones kept."""

from __future__ import annotations

from collections.abc import Sequence

from datasource_server.sdk import Unauthorised

Headers = Sequence[tuple[str, str]]


def lines(headers: Headers, name: str) -> list[str]:
    """Return the values of all lines of this name, given in lower case."""
    return [value for each, value in headers if each.lower() == name]


def single(headers: Headers, name: str) -> str:
    """Return the only line's value; Unauthorised where there is none, an empty one or more than one."""
    found = lines(headers, name)
    if len(found) != 1 or not found[0].strip():
        raise Unauthorised(f"header {name} must be sent exactly once, found {len(found)}")
    return found[0].strip()
