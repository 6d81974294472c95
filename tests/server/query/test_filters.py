"""Ad-hoc filters compare the columns of the answer, whatever stands in them."""

from __future__ import annotations

import time
from typing import cast

import pytest

from datasource_server.query import Engine, Filter, Operator
from datasource_server.query.patterns import MAX_LENGTH, require_pattern
from datasource_server.sdk import QueryError
from datasource_server.store import Store

from .seeded import ALICE, BOSS, START, Written, ask, dicts, run

MOMENT = str(int(START.timestamp() * 1000) + 3_600_000)


@pytest.mark.parametrize(
    ("key", "operator", "values", "ids"),
    [
        ("status", "=", ("failure",), "24"),
        ("status", "!=", ("failure",), "135"),
        ("repo", "=|", ("acme/a", "acme/nobody"), "125"),
        ("repo", "!=|", ("acme/a", "acme/nobody"), "34"),
        ("repo", "=~", ("^acme/[ab]$",), "1234"),
        ("repo", "!~", ("acme/(a|b)",), "5"),
        ("repo", "=~", ("a$", "b$"), "1234"),
        ("repo", ">", ("acme/a",), "345"),
        ("branch", "=", ("",), "1345"),
        ("queued_seconds", "=", ("12.5",), "2"),
        ("queued_seconds", "!=", ("12.5",), "1345"),
        ("queued_seconds", ">", ("12",), "2"),
        ("queued_seconds", "<", ("12",), ""),
        ("attempt", "=|", ("1", "2"), "12345"),
        ("attempt", "=~", ("^1$",), "12345"),
        ("started_at", "=", (MOMENT,), "12345"),
        ("started_at", "<", (MOMENT,), ""),
        ("team", "=", ("b",), "34"),
    ],
)
async def test_each_operator_on_each_type(
    engine: Engine, key: str, operator: Operator, values: tuple[str, ...], ids: str
) -> None:
    result = await engine.run("ci/runs", ask(Filter(key, operator, values)), BOSS)

    assert "".join(row["id"] for row in dicts(result)) == ids


@pytest.mark.parametrize(
    ("operator", "values", "ids"),
    [
        ("=", ("linux",), ["j1"]),
        ("=|", ("big", "small"), ["j1"]),
        ("!=", ("linux",), ["j2", "j3"]),
        ("=~", ("lin",), ["j1"]),
        ("!~", ("lin",), ["j2", "j3"]),
    ],
)
async def test_a_list_holds_a_value_or_not(
    engine: Engine, operator: Operator, values: tuple[str, ...], ids: list[str]
) -> None:
    result = await engine.run("ci/jobs", ask(Filter("runner_labels", operator, values)), BOSS)

    assert [row["id"] for row in dicts(result)] == ids


async def test_filters_hold_together(engine: Engine) -> None:
    both = (Filter("repo", "=", ("acme/b",)), Filter("status", "=", ("failure",)))

    result = await engine.run("ci/runs", ask(*both), BOSS)

    assert [row["id"] for row in dicts(result)] == ["4"]


@pytest.mark.parametrize(
    ("key", "operator", "values"),
    [
        ("conclusion", "=", ("x",)),  # a column of the table, not of the answer
        ("source", "=", ("github",)),
        ("main.pipeline_run.id", "=", ("x",)),
        ("id; DROP TABLE pipeline_run", "=", ("x",)),
        ('id" OR 1=1 --', "=", ("x",)),
        ("(SELECT 1)", "=", ("x",)),
        ("ID", "=", ("1",)),
        ("", "=", ("x",)),
        ("id", ";", ("x",)),
        ("id", "= 1 OR 1 =", ("x",)),
        ("id", "", ("x",)),
        ("id", "order by (select 1)", ("x",)),
        ("id", "=", ()),
        ("id", "=", ("\ud800",)),
        ("id", "=|", tuple(map(str, range(1_001)))),
        ("queued_seconds", ">", ("twelve",)),
        ("queued_seconds", "=", ("nan",)),
        ("started_at", "<", ("yesterday",)),
    ],
)
async def test_a_filter_off_the_answers_columns_or_operators_is_refused(
    engine: Engine, key: str, operator: str, values: tuple[str, ...]
) -> None:
    """check 11"""
    with pytest.raises(QueryError, match="filter") as refused:
        await engine.run("ci/runs", ask(Filter(key, cast("Operator", operator), values)), BOSS)

    assert refused.value.status == 400


async def test_too_many_filters_are_refused(engine: Engine) -> None:
    with pytest.raises(QueryError, match="at most 20"):
        await engine.run("ci/runs", ask(*[Filter("id", "=", ("1",))] * 21), BOSS)


@pytest.mark.parametrize(
    "pattern",
    [
        ".{1,9999}",
        "(a",
        "*",
        "a{2000}",
        r"(\w+)\1",
        "(?=a)a",
        "((a{1,100}){1,100}){1,100}",
        r"\pL{1,100}",
        ".{1,1000}",
        "a" * (MAX_LENGTH + 1),
    ],
)
async def test_a_pattern_that_is_none_or_costs_too_much_is_refused(engine: Engine, pattern: str) -> None:
    """check 12"""
    began = time.perf_counter()
    with pytest.raises(QueryError, match="regular expression"):
        await engine.run("ci/runs", ask(Filter("repo", "=~", (pattern,))), BOSS)

    assert time.perf_counter() - began < 0.05


@pytest.mark.parametrize("pattern", ["^acme/.*-service$", "(?i)checkout|payment|search|basket", "[a-z0-9-]+/[^/]+", ""])
def test_the_patterns_that_people_write_are_taken(pattern: str) -> None:
    assert require_pattern(pattern) == pattern


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){10}$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
async def test_a_pattern_that_ruins_others_is_matched_in_milliseconds(empty_store: Store, pattern: str) -> None:
    """check 12"""
    await empty_store.write([run(str(number), "a", title="a" * 60 + "!") for number in range(1_000)])
    engine = Engine(empty_store, {"ci": Written("ci", {"titles": "-- Titles.\nSELECT title FROM pipeline_run"})})
    await engine.run("ci/titles", ask(), ALICE)

    began = time.perf_counter()
    result = await engine.run("ci/titles", ask(Filter("title", "=~", (pattern,))), ALICE)
    taken = time.perf_counter() - began

    assert result.count in (0, 1_000)
    assert taken < 0.25, "50 ms on an idle machine, with room for a busy one"
