"""Answers: SELECTs around a SELECT that make the whole answer inside DuckDB, as JSON or CSV, in the order of its rows.

Each takes at most `limit` rows; the count that comes with the answer is one more where there were more.
"""

from __future__ import annotations

from collections.abc import Sequence

from datasource_server.sdk.errors import QueryError
from datasource_server.store.cells import csv_cell, csv_header, exactly, is_wide, json_cell
from datasource_server.store.column import Column
from datasource_server.store.table import quoted, text_literal


def as_rows(sql: str, columns: Sequence[Column], limit: int) -> str:
    """Return the SELECT of one row: a JSON array of objects, and the count."""
    text = _object([(each, json_cell(each, _cell(n))) for n, each in enumerate(columns)])
    if wide := [_cell(n) for n, each in enumerate(columns) if is_wide(each)]:
        # integers are great so rarely that a row without such does not pay for making text of them
        plain = [(each, _cell(n) if is_wide(each) else json_cell(each, _cell(n))) for n, each in enumerate(columns)]
        are_exact = " AND ".join(f"coalesce({exactly(cell)}, true)" for cell in wide)
        text = f"CASE WHEN {are_exact} THEN {_object(plain)} ELSE {text} END"
    return _joined(text, sql, columns, limit, ("'['", "','", "']'"))


def as_csv(sql: str, columns: Sequence[Column], limit: int) -> str:
    """Return the SELECT of one row: a CSV text with a header, and the count.

    A text that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    line = ", ',', ".join(csv_cell(each, _cell(n)) for n, each in enumerate(columns))
    header = text_literal(csv_header(columns))
    return _joined(f"concat({line}, chr(13), chr(10))", sql, columns, limit, (header, "''", "''"))


def as_columns(sql: str, columns: Sequence[Column], limit: int) -> str:
    """Return the SELECT of one row: a JSON array for each column, and the count."""
    cells = [_cell(n) for n, _ in enumerate(columns)]
    texts = ", ".join(f"coalesce({_text(cell)}, '[]')" for cell in cells)
    lists = ", ".join(f"list({json_cell(each, cell)}) AS {cell}" for cell, each in zip(cells, columns, strict=True))
    return (
        f"SELECT {texts}, count FROM (SELECT *, {_graded(limit)} FROM "
        f"(SELECT {lists}, list(place) AS place, count(*) AS count FROM ({_numbered(sql, columns, limit)})))"
    )


def as_series(sql: str, columns: Sequence[Column], limit: int) -> str:
    """Return the SELECT of one row for each combination of the texts: labels, times, a JSON array a number, the count.

    Labels are a JSON object of texts; times (of the first such column) and numbers belong together by position, and
    are NULL where the combination has no row within the limit. The count is that of the rows up to the combination's
    last one; the greatest is that of all rows. QueryError where no column is a time.
    """
    named = list(enumerate(columns))
    labels = [(n, each) for n, each in named if each.type == "string"]
    lists = [(n, each) for n, each in named if each.type == "time"][:1]
    if not lists:
        raise QueryError("a time series needs a column that is a moment")
    lists += [(n, each) for n, each in named if each.type == "number"]
    named_by = _object([(each, f"coalesce(CAST({_cell(n)} AS VARCHAR), '')") for n, each in labels])
    collected = ", ".join(f"{_collected(json_cell(each, _cell(n)), limit)} AS {_cell(n)}" for n, each in lists)
    texts = ", ".join(_text(_cell(n)) for n, _ in lists)
    return (
        f"SELECT labels, {texts}, last FROM (SELECT *, {_graded(limit)} FROM "
        f"(SELECT {named_by} AS labels, {collected}, {_collected('place', limit)} AS place, min(place) AS first, "
        f"max(place) AS last FROM ({_numbered(sql, columns, limit)}) GROUP BY labels)) ORDER BY first"
    )


def _object(members: Sequence[tuple[Column, str]]) -> str:
    packed = ", ".join(f"{quoted(column.name)} := {value}" for column, value in members)
    return f"CAST(to_json(struct_pack({packed})) AS VARCHAR)" if members else "'{}'"


def _joined(text: str, sql: str, columns: Sequence[Column], limit: int, around: tuple[str, str, str]) -> str:
    before, between, after = around
    joined = f"array_to_string(coalesce({_ordered('texts')}, []), {between})"
    return (
        f"SELECT concat({before}, {joined}, {after}), count FROM (SELECT *, {_graded(limit)} FROM "
        f"(SELECT list(text) AS texts, list(place) AS place, count(*) AS count FROM "
        f"(SELECT {text} AS text, place FROM ({_numbered(sql, columns, limit)}))))"
    )


def _numbered(sql: str, columns: Sequence[Column], limit: int) -> str:
    """Number the rows as they come; their order is that of the author's ORDER BY only until they are aggregated."""
    names = ", ".join(_cell(n) for n, _ in enumerate(columns))
    return (
        f"SELECT *, row_number() OVER () AS place FROM (SELECT * FROM (\n{sql}\n) AS answer({names}) LIMIT {limit + 1})"
    )


def _collected(value: str, limit: int) -> str:
    return f"list({value}) FILTER (WHERE place <= {limit})"


def _graded(limit: int) -> str:
    """Threads may hand over their rows in any order: say which comes where, leaving out what is over the limit.

    NULL where the rows are in order and all wanted, as they mostly are: then nothing is paid for it.
    """
    in_order = f"len(place) <= {limit} AND place = list_sort(place)"
    return f"CASE WHEN {in_order} THEN NULL ELSE list_grade_up(place)[:{limit}] END AS grade"


def _ordered(values: str) -> str:
    return f"CASE WHEN grade IS NULL THEN {values} ELSE list_select({values}, grade) END"


def _text(values: str) -> str:
    return f"CAST(to_json({_ordered(values)}) AS VARCHAR)"


def _cell(place: int) -> str:
    return f"cell_{place}"
