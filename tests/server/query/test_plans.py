"""A query that is more than one SELECT over the store's tables is refused when it is loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from datasource_server.query import Engine
from datasource_server.query.plans import read_plans
from datasource_server.sdk import DELIVERY, Connector, PluginError
from datasource_server.store import Store

from .seeded import BOSS, Written, ask

TABLES = {row.table: row for row in DELIVERY}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; DROP TABLE pipeline_run",
        "SELECT 1; SELECT 2",
        "DROP TABLE pipeline_run",
        "DELETE FROM pipeline_run",
        "WITH gone AS (DELETE FROM pipeline_run RETURNING *) SELECT * FROM gone",
        "INSERT INTO pipeline_run (id) VALUES ('x')",
        "SELECT * FROM main.pipeline_run",
        'SELECT * FROM "main"."pipeline_run"',
        "SELECT * FROM opssight.main.pipeline_run",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM unknown_table",
        "SELECT * FROM query('SELECT * FROM main.pipeline_run')",
        "SELECT * FROM query_table('pipeline_run')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT getenv('HOME')",
        "SELECT current_setting('temp_directory')",
        "ATTACH ':memory:' AS other",
        "COPY pipeline_run TO '/tmp/out.csv'",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SHOW TABLES",
        "DESCRIBE pipeline_run",
        "SUMMARIZE pipeline_run",
        "CALL enable_logging()",
        "SET threads = 1",
        "EXPORT DATABASE '/tmp/out'",
        "SELECT * FROM pipeline_run WHERE id = $opssight_teams",
        "SELECT",
        "",
        "SELECT * FROM pipeline_run) AS x; --",
    ],
)
def test_what_is_no_plain_select_is_refused_at_load_and_listed(sql: str) -> None:
    """check 14, check 15"""
    texts = {"bad": f"-- It is bad.\n{sql}", "good": "-- It is good.\nSELECT id FROM pipeline_run;"}

    plans = read_plans({"ci": Written("ci", texts)}, TABLES)

    assert set(plans.broken) == {"ci/bad"}
    assert plans.broken["ci/bad"]
    assert set(plans.usable) == {"ci/good"}
    with pytest.raises(PluginError, match="can't be used"):
        plans.find("ci/bad")


def test_a_comment_at_the_end_does_not_swallow_what_stands_around() -> None:
    plans = read_plans(
        {"ci": Written("ci", {"runs": "-- Runs.\nSELECT id FROM pipeline_run -- the last line"})}, TABLES
    )

    assert plans.broken == {}


def test_a_tables_name_is_found_however_it_is_written() -> None:
    """A CTE of a table's own name, in whatever case, still reads the caller's rows only."""
    texts = {"runs": '-- Runs.\nWITH Pipeline_Run AS (SELECT * FROM "PIPELINE_RUN") SELECT id FROM pipeline_RUN'}

    plans = read_plans({"ci": Written("ci", texts)}, TABLES)

    assert "pipeline_run" in plans.find("ci/runs").tables


async def test_queries_are_read_from_the_package_and_a_bad_file_is_listed(store: Store, tmp_path: Path) -> None:
    for name, text in {"opssight_good": "-- Runs.\nSELECT id FROM pipeline_run", "opssight_bad": "SELECT 1"}.items():
        (tmp_path / name / "queries").mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
        (tmp_path / name / "queries" / "runs.sql").write_text(text)
    (tmp_path / "opssight_none").mkdir()
    (tmp_path / "opssight_none" / "__init__.py").touch()
    names = ("good", "bad", "none", "gone")
    sys.path.insert(0, str(tmp_path))
    try:
        engine = Engine(store, {name: Connector(f"opssight_{name}") for name in names})
    finally:
        sys.path.remove(str(tmp_path))

    assert set(engine.queries) == {"good/runs"}
    assert set(engine.broken) == {"bad/*", "gone/*"}
    assert "no leading comment" in engine.broken["bad/*"]
    assert (await engine.run("good/runs", ask(), BOSS)).count == 5
