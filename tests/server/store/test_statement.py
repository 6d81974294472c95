"""An author's SQL is one SELECT over the tables that there are, or it is refused with the reason."""

from __future__ import annotations

import pytest

from datasource_server.sdk import QueryError
from datasource_server.store import Statement, read_statement

TABLES = ("run", "job", "Team")


def test_a_statement_tells_its_parameters_in_order_and_its_tables_sorted() -> None:
    sql = """
        SELECT time_bucket($interval::INTERVAL, r.started_at) AS time, count(*) AS n
        FROM run AS r JOIN job USING (run_id)
        WHERE r.finished_at BETWEEN $from AND $to AND picked($repo, repo) AND picked($repo, job.repo)
        GROUP BY ALL ORDER BY time
    """

    statement = read_statement(sql, TABLES)

    assert statement == Statement(sql.strip(), ("interval", "from", "to", "repo"), ("job", "run"))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("FROM run;", "FROM run"),
        ("FROM run ; -- the end", "FROM run"),
        ("SELECT ';' AS a FROM run", "SELECT ';' AS a FROM run"),
        ("FROM run -- a; b", "FROM run -- a; b"),
        ("FROM run /* a; b */;;", "FROM run /* a; b */"),
    ],
)
def test_a_closing_semicolon_is_cut_off_and_no_other(sql: str, expected: str) -> None:
    assert read_statement(sql, TABLES).sql == expected


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT 1 AS one", ()),
        ("SELECT * FROM RUN", ("run",)),
        ("SELECT * FROM team", ("Team",)),
        ("WITH a AS (FROM run), b AS (FROM a) SELECT * FROM b, job", ("job", "run")),
        ("WITH run AS (SELECT * FROM run WHERE x) SELECT * FROM run", ("run",)),
        ("WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 9) FROM r", ()),
        ("WITH RECURSIVE r AS (FROM run UNION SELECT job.* FROM job JOIN r USING (id)) FROM r", ("job", "run")),
        ("WITH a AS MATERIALIZED (FROM run) FROM a", ("run",)),
        ("SELECT (SELECT max(x) FROM job) FROM run UNION ALL SELECT 1 EXCEPT FROM Team", ("Team", "job", "run")),
        ("FROM run WHERE id IN (SELECT run_id FROM job) AND EXISTS (FROM team WHERE team.name = run.team)", None),
        ("SELECT * FROM run, LATERAL (SELECT * FROM job WHERE job.run_id = run.id)", ("job", "run")),
        ("SELECT list_transform(labels, lambda x: upper(x)), [1, 2], {'a': 1}, MAP {'k': 1} FROM run", ("run",)),
        ("SELECT * FROM range(5), unnest([1, 2]), generate_series(1, 3)", ()),
        ("SELECT * FROM (VALUES (1, 2)) AS v (a, b)", ()),
        ("SELECT *, row_number() OVER (PARTITION BY a ORDER BY b) FROM run QUALIFY true", ("run",)),
        ("SELECT * FROM run ASOF JOIN job ON run.a >= job.a", ("job", "run")),
        ("SELECT CURRENT_DATE, now(), CURRENT_TIMESTAMP, today() FROM run", ("run",)),
        ("SELECT regexp_matches(a, 'x'), count(*) FILTER (WHERE b), quantile_cont(c, 0.95) FROM run", ("run",)),
        ("SELECT * FROM (PIVOT run ON status IN ('a', 'b') USING count(*))", ("run",)),
        ("FROM run UNPIVOT (value FOR name IN (a, b))", ("run",)),
        ('SELECT a AS "select", b.c.d FROM run AS "from"', ("run",)),
    ],
)
def test_what_an_author_may_write(sql: str, tables: tuple[str, ...] | None) -> None:
    assert read_statement(sql, TABLES).tables == (("Team", "job", "run") if tables is None else tables)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("", "exactly one SELECT"),
        ("SELECT 1; DROP TABLE run", "exactly one SELECT"),
        ("SELECT 1; SELECT 2", "exactly one SELECT"),
        ("DELETE FROM run", "exactly one SELECT"),
        ("COPY run TO 'x'", "exactly one SELECT"),
        ("EXPLAIN SELECT 1", "exactly one SELECT"),
        ("ATTACH 'x'", "exactly one SELECT"),
        ("INSTALL httpfs", "exactly one SELECT"),
        ("CALL pragma_version()", "exactly one SELECT"),
        ("SET threads = 1", "exactly one SELECT"),
        ("PIVOT run ON status USING count(*)", "exactly one SELECT"),
        ("PRAGMA database_list", "SELECT"),
        ("SELEC 1", "can't be parsed"),
        ("SELECT 1) UNION (SELECT 2", "can't be parsed"),
        ("SELECT * FROM main.run", "without schema"),
        ("SELECT * FROM memory.main.run", "without schema"),
        ("SELECT * FROM information_schema.tables", "without schema"),
        ("SELECT * FROM run, (SELECT * FROM main.job)", "without schema"),
        ("SELECT (SELECT count(*) FROM main.job) FROM run", "without schema"),
        ("WITH a AS (FROM main.run) FROM a", "without schema"),
        ("SELECT * FROM secret", "no table secret; there are"),
        ("SELECT * FROM duckdb_tables", "no table duckdb_tables"),
        ("SELECT * FROM opssight_store", "no table opssight_store"),
        ("SELECT * FROM 'data.csv'", r"no table data\.csv"),
        ("SELECT * FROM run WHERE id IN (SELECT id FROM audit)", "no table audit"),
        ("WITH a AS (WITH audit AS (SELECT 1) FROM audit) SELECT * FROM a, audit", "no table audit"),
        ("WITH b AS (FROM a), a AS (SELECT 1) FROM b", "no table a"),
        ("WITH audit AS (FROM audit) FROM audit", "no table audit"),
        ("SELECT * FROM read_text('/etc/passwd')", "may not read from function read_text"),
        ("SELECT * FROM read_csv_auto('x')", "may not read from function read_csv_auto"),
        ("SELECT * FROM glob('*')", "may not read from function glob"),
        ("SELECT * FROM query('FROM main.run')", "may not read from function query"),
        ("SELECT * FROM query_table('run')", "may not read from function query_table"),
        ("SELECT * FROM duckdb_settings()", "may not read from function duckdb_settings"),
        ("SELECT * FROM pragma_database_list()", "may not read from function"),
        ("SELECT * FROM json_execute_serialized_sql('{}')", "may not read from function"),
        ("SELECT getenv('HOME')", "may not use function getenv"),
        ("SELECT current_setting('temp_directory')", "may not use function current_setting"),
        ("SELECT * FROM run WHERE write_log('x') IS NULL", "may not use function write_log"),
        ("SELECT pg_sleep(10)", "may not use function pg_sleep"),
        ("SELECT approx_quantile(x, 0.5) FROM run", "may not use function approx_quantile"),
        ("SELECT system.main.upper('x')", "may not use function upper"),
        ("FROM run ORDER BY nextval('x')", "may not use function nextval"),
        ("DESCRIBE run", "may not use SHOW"),
        ("SHOW TABLES", "may not use SHOW"),
        ("SUMMARIZE run", "may not use SHOW"),
        ("SELECT * FROM (SHOW TABLES)", "may not use SHOW"),
        ("SELECT * FROM run WHERE id = ?", "parameters have names"),
        ("SELECT * FROM run WHERE id = $1", "parameters have names"),
        ("SELECT 1 -- " + "x" * 200_000, "characters"),
    ],
)
def test_what_an_author_may_not_write(sql: str, reason: str) -> None:
    """Check 14, check 15."""
    with pytest.raises(QueryError, match=reason):
        read_statement(sql, TABLES)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM run RETURNING *", "INSERT INTO run VALUES (1) RETURNING *", "COPY run TO '/tmp/x'"]
)
def test_a_cte_may_not_write(statement: str) -> None:
    """Check 15: DuckDB 1 can't parse it, DuckDB 2 takes it for a SELECT."""
    with pytest.raises(QueryError, match=r"can't be parsed|may only SELECT"):
        read_statement(f"WITH x AS ({statement}) SELECT * FROM x", TABLES)


@pytest.mark.parametrize("depth", [10, 300, 3_000, 15_000])
def test_a_query_that_is_nested_without_end_is_read_or_refused_and_never_a_crash(depth: int) -> None:
    sql = "SELECT " + "abs(" * depth + "1" + ")" * depth + " AS one"

    assert reason_of(sql) in ("", "deep", "parse")


def reason_of(sql: str) -> str:
    """Return why a query was refused, in a word; nothing where it was not."""
    try:
        read_statement(sql, TABLES)
    except QueryError as refused:
        return "deep" if "deep" in str(refused) else "parse" if "parse" in str(refused) else str(refused)
    return ""
