"""Compares what is stored with what is true, whatever source it came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from datasource_server.sdk import DELIVERY

from .house import House

KEYS = {row.table: tuple(name for name in row.key if name != "source") for row in DELIVERY}
Record = Mapping[str, object]


async def compared(house: House, truths: Mapping[str, Sequence[Record]]) -> list[str]:
    """What is missing, too much, there twice or other than true, as sentences; none when all is settled."""
    found: list[str] = []
    for table, truth in truths.items():
        columns = sorted({name for row in truth for name in row} | set(KEYS[table]))
        names = ", ".join(f'"{name}"' for name in columns)
        stored = await house.rows(f"SELECT {names} FROM \"{table}\" WHERE source = 'gitlab'")
        found += _table(table, truth, stored)
    return found


def _table(table: str, truth: Sequence[Record], stored: Sequence[Record]) -> list[str]:
    expected, actual = {_key(table, row): row for row in truth}, {_key(table, row): row for row in stored}
    twice = [key for key, count in Counter(_key(table, row) for row in stored).items() if count > 1]
    problems = [f"{table} {key}: is missing" for key in expected.keys() - actual.keys()]
    problems += [f"{table} {key}: is too much" for key in actual.keys() - expected.keys()]
    problems += [f"{table} {key}: is there twice" for key in twice]
    for key in expected.keys() & actual.keys():
        problems += [
            f"{table} {key}: {name} is {actual[key][name]!r}, not {value!r}"
            for name, value in expected[key].items()
            if actual[key][name] != value
        ]
    return problems


def _key(table: str, row: Record) -> tuple[object, ...]:
    return tuple(row[name] for name in KEYS[table])


def summary(problems: Sequence[str]) -> str:
    """The kinds of problems with an example each."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for each in problems:
        kind = each.partition("): ")[2].partition(" is ")[0]
        kinds.setdefault((each.partition(" ")[0], kind), []).append(each)
    return "\n".join(f"{len(each)} × {each[0]}" for each in kinds.values())
