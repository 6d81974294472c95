"""A named query is answered in the form asked for, within its limits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from datasource_server.query import Ask, Engine
from datasource_server.sdk import NotFound, PluginError, QueryError
from datasource_server.store import Store

from .seeded import ALICE, BOSS, END, START, TEXTS, Written, ask, dicts, run


async def test_rows_are_one_array_of_objects_with_moments_in_epoch_milliseconds(engine: Engine) -> None:
    result = await engine.run("ci/runs", ask(), BOSS, "rows")

    rows = orjson.loads(result.body[0])
    assert [row["id"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert list(rows[0]) == [column.name for column in result.columns]
    assert rows[1]["started_at"] == int((START + timedelta(hours=1)).timestamp() * 1000)
    assert rows[1]["queued_seconds"] == 12.5
    assert result.count == 5


async def test_columns_are_one_array_each_in_the_order_of_the_select(engine: Engine) -> None:
    result = await engine.run("ci/runs", ask(), BOSS, "columns")

    assert [column.name for column in result.columns][:3] == ["id", "repo", "pipeline"]
    assert [column.type for column in result.columns][6:] == ["time", "number", "number"]
    assert orjson.loads(result.body[0]) == ["1", "2", "3", "4", "5"]


async def test_series_come_apart_by_their_labels(engine: Engine) -> None:
    result = await engine.run("ci/per_interval", ask(), BOSS, "series")

    labels = [orjson.loads(each.labels) for each in result.series]
    assert labels == [{"repo": "acme/a"}, {"repo": "acme/b"}, {"repo": "acme/nobody"}]
    assert [orjson.loads(each.values[0]) for each in result.series] == [[2], [2], [1]]
    assert orjson.loads(result.series[0].times) == [int((START + timedelta(hours=1)).timestamp() * 1000)]


async def test_csv_is_one_text_with_a_header(engine: Engine) -> None:
    result = await engine.run("ci/runs", ask(), BOSS, "csv")

    lines = result.body[0].decode().splitlines()
    assert lines[0].startswith("id,repo,pipeline")
    assert len(lines) == 6


async def test_a_table_is_no_time_series(engine: Engine) -> None:
    with pytest.raises(QueryError, match="no time series"):
        await engine.run("ci/runs", ask(), BOSS, "series")


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({}, ["1", "2", "3", "4", "5"]),
        ({"repo": ()}, ["1", "2", "3", "4", "5"]),
        ({"repo": ("",)}, ["1", "2", "3", "4", "5"]),
        ({"repo": ("__all",)}, ["1", "2", "3", "4", "5"]),
        ({"repo": ("acme/a", "__all")}, ["1", "2", "3", "4", "5"]),
        ({"repo": ("acme/a",)}, ["1", "2"]),
        ({"repo": ("acme/a", "acme/b"), "status": ("failure",)}, ["2", "4"]),
        ({"repo": ("none",)}, []),
        ({"unknown": ("x",), "teams": ("a",), "from": ("0",), "opssight_teams": ("b",)}, ["1", "2", "3", "4", "5"]),
    ],
)
async def test_a_parameter_picks_rows_and_none_or_all_means_all(
    engine: Engine, params: dict[str, tuple[str, ...]], ids: list[str]
) -> None:
    result = await engine.run("ci/runs", ask(**params), BOSS)

    assert [row["id"] for row in dicts(result)] == ids


async def test_the_range_bounds_the_rows(engine: Engine) -> None:
    later = Ask(START + timedelta(hours=2), END)

    result = await engine.run("ci/runs", later, BOSS)

    assert result.count == 0
    assert dicts(result) == []


async def test_a_default_counts_where_nothing_is_given(engine: Engine) -> None:
    unsaid = await engine.run("ci/recent", ask(), BOSS)
    said = await engine.run("ci/recent", ask(count=("4",)), BOSS)
    everything = await engine.run("ci/recent", ask(count=("__all",)), BOSS)

    assert [unsaid.count, said.count, everything.count] == [2, 4, 5]
    assert engine.parameters("ci/recent") == ("count",)


async def test_a_value_that_does_not_fit_is_the_callers_mistake(engine: Engine) -> None:
    with pytest.raises(QueryError) as refused:
        await engine.run("ci/recent", ask(count=("many",)), BOSS)

    assert refused.value.status == 400
    assert "SELECT" not in str(refused.value)


@pytest.mark.parametrize("path", ["ci/none", "none/runs", "", "ci", "ci/runs/x", "../ci/runs"])
async def test_an_unknown_query_is_not_found(engine: Engine, path: str) -> None:
    with pytest.raises(NotFound):
        await engine.run(path, ask(), BOSS)
    with pytest.raises(NotFound):
        await engine.columns(path)
    with pytest.raises(NotFound):
        await engine.options(path, "repo", BOSS)
    with pytest.raises(NotFound):
        engine.parameters(path)


async def test_more_than_is_allowed_is_clamped_with_a_notice(engine: Engine) -> None:
    """check 47"""
    ten_years = Ask(END - timedelta(days=3660), END, 1, limit=10**9)

    result = await engine.run("ci/per_interval", ten_years, BOSS, "series")

    assert len(result.notices) == 3
    assert "5 years" in result.notices[0]
    assert "widened" in result.notices[1]
    assert "50000 rows" in result.notices[2]
    assert result.count == 3


async def test_rows_past_the_limit_are_left_out_with_a_notice(empty_store: Store) -> None:
    """check 47"""
    await empty_store.write([run(str(number), "a") for number in range(6_000)])
    texts = {
        "runs": "-- Runs.\nSELECT id FROM pipeline_run",
        "ids": '-- Ids.\n-- shape: variable\nSELECT id AS text, id AS "value" FROM pipeline_run',
        "marks": (
            "-- Marks.\n-- shape: annotations\n"
            'SELECT created_at AS "time", created_at AS "timeEnd", id AS title, id AS text, [id] AS tags\n'
            "FROM pipeline_run"
        ),
    }
    engine = Engine(empty_store, {"ci": Written("ci", texts)})

    rows = await engine.run("ci/runs", ask(), ALICE, "rows")
    columns = await engine.run("ci/runs", ask(), ALICE, "columns")
    variables = await engine.run("ci/ids", ask(), ALICE, "columns")
    marks = await engine.run("ci/marks", ask(), ALICE, "rows")

    assert [rows.count, columns.count, variables.count, marks.count] == [5_000, 6_000, 1_000, 500]
    assert [bool(each.notices) for each in (rows, columns, variables, marks)] == [True, False, True, True]
    assert len(orjson.loads(rows.body[0])) == 5_000


async def test_a_limit_asked_for_is_kept(engine: Engine) -> None:
    result = await engine.run("ci/runs", Ask(START, END, limit=2), BOSS)

    assert [row["id"] for row in dicts(result)] == ["1", "2"]


@pytest.mark.parametrize(
    "wrong",
    [
        Ask(END, START),
        Ask(START, END, limit=0),
        Ask(START, END, limit=-1),
        Ask(START, END, float("nan")),
        Ask(START, END, float("inf")),
        Ask(START, END, -1),
    ],
)
async def test_an_ask_that_makes_no_sense_is_refused(engine: Engine, wrong: Ask) -> None:
    with pytest.raises(QueryError):
        await engine.run("ci/runs", wrong, BOSS)


async def test_an_answer_carries_its_version_which_grows_with_the_data(store: Store) -> None:
    engine = Engine(store, {"ci": Written("ci", TEXTS)})
    before = await engine.run("ci/runs", ask(), BOSS)
    await store.write([run("6", "a")])
    after = await engine.run("ci/runs", ask(), BOSS)

    assert after.version > before.version
    assert (before.count, after.count) == (5, 6)


async def test_a_query_without_a_range_is_kept_whatever_the_range(engine: Engine) -> None:
    await engine.run("ci/repos", Ask(START, END), BOSS)
    await engine.run("ci/repos", Ask(START, END + timedelta(seconds=1)), BOSS)

    assert (engine.cache.hits, engine.cache.misses) == (1, 1)


async def test_sql_that_duckdb_refuses_breaks_its_own_query_only(store: Store, tmp_path: Path) -> None:
    texts = {
        "typo": "-- A typo.\nSELECT no_such_column FROM pipeline_run",
        "fine": "-- Fine.\nSELECT id FROM pipeline_run",
    }
    engine = Engine(store, {"ci": Written("ci", texts)})

    broken = await engine.check()

    assert set(broken) == {"ci/typo"}
    assert "no_such_column" in broken["ci/typo"]
    assert set(engine.queries) == {"ci/fine"}
    assert (await engine.run("ci/fine", ask(), BOSS)).count == 5
    with pytest.raises(PluginError) as refused:
        await engine.run("ci/typo", ask(), BOSS)
    assert "no_such_column" not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
