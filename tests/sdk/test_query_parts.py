"""Queries share parts: a part stands in front of each query that names it, as a CTE of its file's name."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from datasource_server import sdk

PARTS = {
    "numbers": "-- Three numbers.\nSELECT unnest([1, 2, 3]) AS number",
    "odd": "-- The odd ones.\n-- with: numbers\nSELECT * FROM numbers WHERE number % 2 = 1",
    "silent": "SELECT 1 AS number",
    "chicken": "-- Of an egg.\n-- with: egg\nSELECT * FROM egg",
    "egg": "-- Of a chicken.\n-- with: chicken\nSELECT * FROM chicken",
    "chosen": "-- The chosen one. -- \nWITH it AS (SELECT $number AS number)\nSELECT * FROM it -- the end",
}


def read(text: str) -> sdk.Query:
    return sdk.read_query("ci", "x", text, PARTS)


def answer(query: sdk.Query, **params: object) -> list[int]:
    with duckdb.connect() as connection:
        return [row[0] for row in connection.execute(query.sql, params).fetchall()]


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("SELECT number FROM odd ORDER BY number DESC", [3, 1]),
        ("WITH more AS (SELECT number + 10 AS number FROM odd)\nSELECT number FROM more ORDER BY number", [11, 13]),
        (
            "\n-- It begins with a comment.\n/* WITH two */ with more AS (SELECT 4 AS n)\nSELECT n FROM more, odd",
            [4, 4],
        ),
        ("WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 3)\nSELECT n FROM up", [1, 2, 3]),
        ("SELECT number FROM odd UNION ALL SELECT 9 ORDER BY number DESC LIMIT 2", [9, 3]),
        ("SELECT sum(number) FROM odd, (WITH a AS (SELECT 1) SELECT * FROM a)", [4]),
        ("(SELECT 5 AS without FROM odd)\n-- The end.", [5, 5]),
    ],
)
def test_a_part_is_read_like_a_table_however_the_query_begins(select: str, expected: list[int]) -> None:
    query = read(f"-- A.\n-- with: odd\n{select}\n")
    assert answer(query) == expected


def test_a_part_stands_once_behind_those_that_it_is_made_of() -> None:
    query = read("-- A.\n-- with: odd, numbers\nSELECT count(*) FROM numbers, odd")
    assert query.sql.count("unnest") == 1
    assert query.sql.index("numbers AS (") < query.sql.index("odd AS (")
    assert answer(query) == [6]


def test_the_parameters_of_a_part_are_the_querys() -> None:
    query = read("-- A.\n-- with: chosen\nSELECT number FROM chosen WHERE number < $most")
    assert query.parameters() == ("number", "most")
    assert answer(query, number=2, most=3) == [2]


def test_what_is_said_of_parts_is_no_documentation() -> None:
    query = read("-- A.\n-- with: numbers\n-- shape: alert\n-- with: odd\nSELECT number AS value FROM odd")
    assert (query.doc, query.shape) == ("A.", "alert")


def test_a_query_without_parts_is_left_as_it_is() -> None:
    select = "WITH a AS (SELECT 1)\nSELECT * FROM a"
    assert read(f"-- A.\n{select}\n").sql == select


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("even", "query ci/x: there is no part queries/parts/even.sql; there are chicken, chosen"),
        ("egg", "query ci/x: part egg is made of itself: egg > chicken > egg"),
        ("silent", "query ci/x: part silent has no leading comment"),
    ],
)
def test_a_part_that_cannot_be_used_is_named_with_its_query(part: str, message: str) -> None:
    with pytest.raises(sdk.PluginError, match=message):
        read(f"-- A.\n-- with: odd, {part}\nSELECT 1")


def test_where_there_are_no_parts_the_error_says_so() -> None:
    with pytest.raises(sdk.PluginError, match=r"no part queries/parts/odd\.sql; there are none"):
        sdk.read_query("ci", "x", "-- A.\n-- with: odd\nSELECT 1")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A plugin's package, on the path."""
    folder = tmp_path / "opssight_shared"
    (folder / "queries" / "parts").mkdir(parents=True)
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield folder
    sys.modules.pop(folder.name, None)


def test_a_connector_reads_the_parts_of_its_package(package: Path) -> None:
    (package / "queries" / "sum.sql").write_text("-- A.\n-- with: odd\nSELECT sum(number)::INTEGER FROM odd")
    for name in ("numbers", "odd"):
        (package / "queries" / "parts" / f"{name}.sql").write_text(PARTS[name])
    queries = sdk.Connector(package.name).queries()
    assert list(queries) == ["sum"]
    assert answer(queries["sum"]) == [4]
