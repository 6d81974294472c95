"""Parameters: what a query's `$names` are bound to. Whatever comes from outside is a value, never SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from datasource_server.query.ask import ALL, require_texts
from datasource_server.query.limits import Window
from datasource_server.sdk import Caller, Query, QueryError

GIVEN = ("from", "to", "interval", "teams", "viewer", "sees_people")
RESERVED = "opssight_"
MAX_VALUES = 5_000
MAX_CHARACTERS = 4_000_000


def chosen(query: Query, params: Mapping[str, tuple[str, ...]], names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the values of each parameter of the query; none stands for all.

    A default (a comma parts its values) counts where the caller gave nothing; `__all` overrides it.
    """
    found = {name: _values(name, params.get(name, ()), query.defaults.get(name, "")) for name in names}
    if sum(len(value) for values in found.values() for value in values) > MAX_CHARACTERS:
        raise QueryError(f"the parameters are longer than {MAX_CHARACTERS} characters")
    return found


def bound(
    names: Collection[str], chosen: Mapping[str, tuple[str, ...]], window: Window, caller: Caller
) -> dict[str, object]:
    """Return what each `$name` of the statement is bound to: lists of texts, NULL for all, and what is given."""
    given: dict[str, object] = {
        "from": to_naive_utc(window.start),
        "to": to_naive_utc(window.end),
        "interval": f"{window.interval_seconds} seconds",
        "teams": None if caller.sees_all else [name for name in caller.team_names if name],
        "viewer": caller.login,
        "sees_people": caller.sees_people,
    }
    return {name: given[name] if name in given else (list(chosen[name]) or None) for name in names}


def to_naive_utc(moment: datetime) -> datetime:
    """Return the moment as the store keeps it: UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _values(name: str, values: tuple[str, ...], default: str) -> tuple[str, ...]:
    if ALL in values:
        return ()
    if len(values) > MAX_VALUES:
        raise QueryError(f"parameter {name}: found {len(values)} values, expected at most {MAX_VALUES}")
    require_texts(f"parameter {name}", values)
    given = values if any(values) else ()
    return given or tuple(part.strip() for part in default.split(",") if part.strip())
