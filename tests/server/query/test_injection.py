"""Whatever a caller sends is data: it changes no statement and no schema."""

from __future__ import annotations

import hashlib

import pytest

from datasource_server.query import Engine, Filter
from datasource_server.sdk import QueryError
from datasource_server.store import Store

from .seeded import ALICE, BOSS, FORMS, ask, raw

STRINGS = [
    "' or 1=1--",
    '";drop table pipeline_run',
    "'); DROP TABLE pipeline_run; --",
    "$1",
    "$opssight_teams",
    "$from",
    "{{x}}",
    "${__user.login}",
    "\x00",
    "a\x00b",
    "\\",
    "%",
    "NULL",
    "acme/a' UNION ALL SELECT * FROM main.pipeline_run --",
    "\u202e\u2028\U0001f4a9",
    "x" * 1_000_000,
]
SCHEMA = "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ALL"


async def schema_hash(store: Store) -> str:
    """Return a hash of all tables and columns."""
    return hashlib.sha256(repr(await store.rows(SCHEMA)).encode()).hexdigest()


@pytest.mark.parametrize("text", STRINGS, ids=lambda text: repr(text[:20]))
async def test_an_injected_string_is_only_a_value_that_nothing_equals(
    engine: Engine, shared_store: Store, text: str
) -> None:
    """check 10"""
    before = await schema_hash(shared_store)

    for form in FORMS:
        for params in ({"repo": (text,)}, {"status": ("success", text), "repo": (text,)}):
            assert (await engine.run("ci/runs", ask(**params), ALICE, form)).count == 0
        assert (await engine.run("ci/runs", ask(Filter("repo", "=", (text,))), ALICE, form)).count == 0
        assert (await engine.run("ci/runs", ask(Filter("repo", "!=|", (text, "b"))), ALICE, form)).count == 2
        assert b"acme/b" not in raw(await engine.run("ci/runs", ask(Filter("repo", "<", (text,))), ALICE, form))

    assert await schema_hash(shared_store) == before
    assert (await engine.run("ci/runs", ask(), BOSS)).count == 5


@pytest.mark.parametrize("text", STRINGS, ids=lambda text: repr(text[:20]))
async def test_an_injected_string_as_a_pattern_column_or_parameter_name_is_refused_or_data(
    engine: Engine, shared_store: Store, text: str
) -> None:
    """check 10"""
    before = await schema_hash(shared_store)

    try:
        matched = raw(await engine.run("ci/runs", ask(Filter("repo", "=~", (text,))), ALICE))
    except QueryError:
        matched = b""
    with pytest.raises(QueryError):
        await engine.run("ci/runs", ask(Filter(text, "=", ("x",))), ALICE)
    with pytest.raises(QueryError):
        await engine.options("ci/runs", text, ALICE)
    ignored = await engine.run("ci/runs", ask(**{text: ("acme/b",)}), ALICE)

    assert b"acme/b" not in matched
    assert ignored.count == 2
    assert await schema_hash(shared_store) == before


async def test_half_a_character_is_refused(engine: Engine) -> None:
    """check 10"""
    with pytest.raises(QueryError, match="surrogate"):
        await engine.run("ci/runs", ask(repo=("\ud800",)), ALICE)


async def test_parameters_without_end_are_refused(engine: Engine) -> None:
    with pytest.raises(QueryError, match="at most 5000"):
        await engine.run("ci/runs", ask(repo=tuple(map(str, range(5_001)))), ALICE)
    with pytest.raises(QueryError, match="longer than"):
        await engine.run("ci/runs", ask(repo=("x" * 1_000_000,) * 5), ALICE)
