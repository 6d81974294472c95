"""The values that a parameter may be given are those of the caller's own rows."""

from __future__ import annotations

import pytest

from datasource_server.query import Engine
from datasource_server.query.options import variable_query
from datasource_server.sdk import Caller, Query, QueryError
from datasource_server.store import Store

from .seeded import ALICE, BOB, BOSS, NOBODY, TEXTS, Written, run


@pytest.mark.parametrize(
    ("caller", "repos", "states"),
    [
        (ALICE, ["acme/a"], ["failure", "success"]),
        (BOB, ["acme/b"], ["failure", "success"]),
        (NOBODY, [], []),
        (BOSS, ["acme/a", "acme/b", "acme/nobody"], ["failure", "success"]),
    ],
)
async def test_options_come_from_a_variable_query_or_the_tables_within_the_scope(
    engine: Engine, caller: Caller, repos: list[str], states: list[str]
) -> None:
    """check 02"""
    for _ in range(2):
        assert await engine.options("ci/runs", "repo", caller) == repos
        assert await engine.options("ci/runs", "status", caller) == states


async def test_a_list_column_gives_its_members(engine: Engine) -> None:
    assert await engine.options("ci/jobs", "runner_labels", ALICE) == ["big", "linux"]
    assert await engine.options("ci/jobs", "runner_labels", BOB) == []


async def test_a_column_that_only_the_answer_has_gives_its_values(engine: Engine) -> None:
    assert await engine.options("ci/repos", "text", ALICE) == ["acme/a"]


async def test_a_parameter_that_no_table_knows_has_no_options(engine: Engine) -> None:
    assert await engine.options("ci/recent", "count", BOSS) == []
    assert await engine.options("ci/jobs", "label", BOSS) == []


async def test_an_unknown_parameter_is_refused(engine: Engine) -> None:
    with pytest.raises(QueryError, match="no parameter"):
        await engine.options("ci/runs", "conclusion", BOSS)


async def test_options_end_at_a_thousand(empty_store: Store) -> None:
    await empty_store.write([run(str(number), "a", branch=f"b{number:05}") for number in range(1_200)])
    engine = Engine(empty_store, {"ci": Written("ci", TEXTS)})

    found = await engine.options("ci/runs", "branch", ALICE)

    assert len(found) == 1_000
    assert found[0] == "b00000"


def test_a_variable_is_known_by_its_singular_or_plural_the_own_connectors_first() -> None:
    def variable(connector: str, name: str) -> tuple[str, Query]:
        query = Query(connector, name, "SELECT 1", "One.", "variable")
        return query.path, query

    known = dict(
        [variable("ci", "repos"), variable("dora", "repo"), variable("ci", "categories"), variable("teams", "teams")]
    )
    known["ci/branch"] = Query("ci", "branch", "SELECT 1", "A table, no variable.")

    assert variable_query(known, "ci", "repo") == "ci/repos"
    assert variable_query(known, "dora", "repo") == "dora/repo"
    assert variable_query(known, "ci", "category") == "ci/categories"
    assert variable_query(known, "dora", "team") == "teams/teams"
    assert variable_query(known, "ci", "teams") == "teams/teams"
    assert variable_query(known, "ci", "branch") is None
