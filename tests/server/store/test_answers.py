"""Answers are made whole inside DuckDB, in the order of the query, with nothing that JSON or a spreadsheet misreads."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasource_server.sdk import QueryError
from datasource_server.store import Column, Store, as_columns, as_csv, as_rows, as_series

from .samples import SMALL, TABLES

ALL = 50_000


async def answer(store: Store, form: Any, sql: str, limit: int = ALL) -> list[tuple[Any, ...]]:
    columns = await store.describe(sql, {})
    return await store.fetch(form(sql, columns, limit), {}, seconds=60)


async def rows(store: Store, sql: str, limit: int = ALL) -> list[dict[str, Any]]:
    """Return an answer in rows, parsed strictly."""
    ((text, _),) = await answer(store, as_rows, sql, limit)
    return list(json.loads(text, parse_constant=refuse))


async def columns_of(store: Store, sql: str, limit: int = ALL) -> list[list[Any]]:
    ((*texts, _),) = await answer(store, as_columns, sql, limit)
    return [json.loads(text, parse_constant=refuse) for text in texts]


async def csv_lines(store: Store, sql: str, limit: int = ALL) -> list[list[str]]:
    ((text, _),) = await answer(store, as_csv, sql, limit)
    return list(csv.reader(io.StringIO(text, newline="")))


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


NO_NUMBERS = """
    SELECT
        'NaN'::DOUBLE AS a, 'Infinity'::DOUBLE AS b, '-Infinity'::FLOAT AS c, 1.5::DOUBLE AS d,
        ['NaN'::DOUBLE, 1.0] AS list, {'x': 'Infinity'::DOUBLE, 'y': [{'z': 'NaN'::DOUBLE}]} AS struct,
        MAP {'k': 'NaN'::DOUBLE} AS map, [1.0, 'NaN'::DOUBLE]::DOUBLE[2] AS pair, NULL::STRUCT(x DOUBLE) AS nothing
"""


async def test_numbers_that_are_none_leave_as_null_at_any_depth(store: Store) -> None:
    """Check 32."""
    (row,) = await rows(store, NO_NUMBERS)

    assert row == {
        "a": None,
        "b": None,
        "c": None,
        "d": 1.5,
        "list": [None, 1.0],
        "struct": {"x": None, "y": [{"z": None}]},
        "map": {"k": None},
        "pair": [1.0, None],
        "nothing": None,
    }
    assert [column[0] for column in await columns_of(store, NO_NUMBERS)] == list(row.values())


async def test_moments_leave_as_epoch_milliseconds(store: Store) -> None:
    sql = """
        SELECT TIMESTAMP '2026-03-01 00:00:00.123456' AS a, DATE '2026-03-01' AS b,
        TIMESTAMPTZ '2026-03-01 01:00:00+01:00' AS c, [TIMESTAMP '1969-12-31 23:59:59'] AS d,
        NULL::TIMESTAMP AS e, 'infinity'::TIMESTAMP AS f, TIMESTAMP_NS '2026-03-01 00:00:00.000000001' AS g
    """

    (row,) = await rows(store, sql)

    midnight = 1_772_323_200_000
    assert list(row.values()) == [midnight + 123, midnight, midnight, [-1_000], None, None, midnight]


async def test_integers_that_json_readers_would_round_leave_as_text(store: Store) -> None:
    sql = """
        SELECT 9007199254740992 AS a, 9007199254740993 AS b, -9007199254740993 AS c, sum(x) AS d, count(*) AS e,
        [9007199254740993, 1] AS f FROM (VALUES (9223372036854775807), (1)) AS v (x)
    """

    (row,) = await rows(store, sql)

    assert list(row.values()) == [
        9007199254740992,
        "9007199254740993",
        "-9007199254740993",
        "9223372036854775808",
        2,
        ["9007199254740993", 1],
    ]


async def test_other_values_leave_as_what_they_are(store: Store) -> None:
    sql = """
        SELECT 12.30::DECIMAL(9, 2) AS a, true AS b, '{"k": [1, null]}'::JSON AS c, INTERVAL 90 SECONDS AS d,
        ['x', NULL] AS e, uuid '00000000-0000-0000-0000-000000000001' AS f, TIME '10:00' AS g, NULL AS h,
        'x'::ENUM ('x', 'y') AS i
    """

    (row,) = await rows(store, sql)

    one = "00000000-0000-0000-0000-000000000001"
    assert list(row.values()) == [12.3, True, {"k": [1, None]}, 90.0, ["x", None], one, "10:00:00", None, "x"]


async def test_an_empty_answer_is_an_empty_list_and_not_null(store: Store) -> None:
    sql = "SELECT id, seconds FROM build"

    assert await answer(store, as_rows, sql) == [("[]", 0)]
    assert await answer(store, as_columns, sql) == [("[]", "[]", 0)]
    assert await answer(store, as_csv, sql) == [("id,seconds\r\n", 0)]
    assert await answer(store, as_series, "SELECT updated_at AS time, id, seconds FROM build") == []


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_the_order_of_the_query_is_the_order_of_the_answer(store: Store, direction: str) -> None:
    sql = f"SELECT x, md5(x::VARCHAR) AS text FROM range(200000) AS r (x) ORDER BY hash(x) {direction}"
    expected = [row[0] for row in await store.fetch(f"SELECT x FROM ({sql})", {}, seconds=60)]

    assert [row["x"] for row in await rows(store, sql, 200_000)] == expected
    assert (await columns_of(store, sql, 200_000))[0] == expected
    assert [int(line[0]) for line in (await csv_lines(store, sql, 200_000))[1:]] == expected


async def test_the_count_is_one_more_than_the_limit_where_there_were_more(store: Store) -> None:
    sql = "SELECT TIMESTAMP '2026-03-01' + to_seconds(x) AS time, x FROM range(10) AS r (x) ORDER BY x"

    for form in (as_rows, as_columns, as_csv, as_series):
        assert (await answer(store, form, sql, 4))[0][-1] == 5
        assert (await answer(store, form, sql, 10))[0][-1] == 10
        assert (await answer(store, form, sql, 11))[0][-1] == 10
    assert [row["x"] for row in await rows(store, sql, 4)] == [0, 1, 2, 3]
    assert (await columns_of(store, sql, 4))[1] == [0, 1, 2, 3]
    assert len(await csv_lines(store, sql, 4)) == 5


async def test_a_series_is_made_for_each_combination_of_texts_in_order_of_appearance(store: Store) -> None:
    sql = """
        SELECT TIMESTAMP '2026-03-01' + to_seconds(x) AS time, 'b' || x % 2 AS repo, x * 1.5::DOUBLE AS seconds,
        NULLIF('main', CASE WHEN x % 2 = 0 THEN 'main' END) AS branch, x AS n
        FROM range(4) AS r (x) ORDER BY x DESC
    """

    found = await answer(store, as_series, sql)

    start = 1_772_323_200_000
    assert [tuple(json.loads(part) for part in row[:-1]) for row in found] == [
        ({"repo": "b1", "branch": "main"}, [start + 3_000, start + 1_000], [4.5, 1.5], [3, 1]),
        ({"repo": "b0", "branch": ""}, [start + 2_000, start], [3.0, 0.0], [2, 0]),
    ]
    assert max(row[-1] for row in found) == 4


async def test_a_series_without_texts_is_one(store: Store) -> None:
    sql = "SELECT TIMESTAMP '2026-03-01' + to_seconds(x) AS time, x FROM range(3) AS r (x)"

    ((labels, _, values, total),) = await answer(store, as_series, sql)

    assert (labels, json.loads(values), total) == ("{}", [0, 1, 2], 3)


def test_a_series_needs_a_moment() -> None:
    with pytest.raises(QueryError, match="needs a column that is a moment"):
        as_series("SELECT 1 AS x", (Column("x", "number", "INTEGER"),), 10)


async def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(store: Store) -> None:
    """Check 16."""
    texts = ['=HYPERLINK("http://x")', "+1", "-1", "@sum", "\tx", "\rx", "plain", "a=b", "", 'say "hi", twice']
    values = ", ".join("({})".format("'" + text.replace("'", "''") + "'") for text in texts)
    sql = f'SELECT x AS "=head", -5 AS number FROM (VALUES {values}) AS v (x)'

    header, *lines = await csv_lines(store, sql)

    assert header == ["'=head", "number"]
    assert [line[0] for line in lines] == [f"'{text}" if text[:1] in set("=+-@\t\r") else text for text in texts]
    assert {line[1] for line in lines} == {"-5"}


async def test_csv_cells_of_every_kind_can_be_read_back(store: Store) -> None:
    sql = """
        SELECT TIMESTAMP '2026-03-01 00:00:00.5' AS t, 'NaN'::DOUBLE AS nan, NULL AS nothing, true AS yes,
        ['a,b', 'c'] AS list, {'k': 1} AS struct, INTERVAL 1 MINUTE AS wait, 9007199254740993 AS big, e'a\nb' AS lines
    """

    _, line = await csv_lines(store, sql)

    assert line == [
        "2026-03-01T00:00:00.500Z",
        "",
        "",
        "true",
        '["a,b","c"]',
        '{"k":1}',
        "60.0",
        "9007199254740993",
        "a\nb",
    ]


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=5))
async def test_any_text_survives_json_and_csv(shared: Store, texts: list[str]) -> None:
    """Check 10."""
    sql = "SELECT unnest($texts) AS x"
    columns = await shared.describe(sql, {"texts": texts})

    ((as_json, _),) = await shared.fetch(as_rows(sql, columns, ALL), {"texts": texts})
    ((as_text, _),) = await shared.fetch(as_csv(sql, columns, ALL), {"texts": texts})

    assert [row["x"] for row in json.loads(as_json)] == texts
    lines = list(csv.reader(io.StringIO(as_text.replace("\x00", "\ufffd"), newline="")))[1:]
    found = [line[0] if line else "" for line in lines]
    assert found == [
        f"'{text}" if text[:1] in set("=+-@\t\r") and text else text.replace("\x00", "\ufffd") for text in texts
    ]


@pytest.fixture(scope="module")
def shared() -> Iterator[Store]:
    """One store for all examples."""
    with tempfile.TemporaryDirectory() as folder:
        opened = Store(Path(folder) / "opssight.duckdb", TABLES, options=SMALL)
        opened.open()
        yield opened
        opened.close()


@pytest.mark.parametrize("name", ["select", "a b", 'say "hi"', "Ä", "place", "count", "cell_1", "text", "is_sorted"])
async def test_a_column_may_have_any_name(store: Store, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    sql = f"SELECT 1 AS {quoted}, 2 AS other"

    assert await rows(store, sql) == [{name: 1, "other": 2}]
    assert await columns_of(store, sql) == [[1], [2]]
    assert await csv_lines(store, sql) == [[name, "other"], ["1", "2"]]


async def test_columns_of_unknown_exact_type_are_made_by_their_kind() -> None:
    columns = (Column("t", "time"), Column("n", "number"), Column("s", "string"))

    assert "epoch_ms" in as_rows("SELECT 1", columns, 1)
    assert "isfinite" in as_rows("SELECT 1", columns, 1)
