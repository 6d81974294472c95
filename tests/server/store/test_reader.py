"""Queries read what was committed, a few at a time, for as long as they may."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from datasource_server.sdk import Overloaded, QueryError, TooSlow
from datasource_server.store import Column, Store, StoreOptions

from .samples import TABLES, build, minute, note

ENDLESS = "SELECT count(*) FROM range(10000000) AS a (x), range(10000000) AS b (y) WHERE x * y % 7 = 3"


@pytest.fixture
def narrow(path: Path) -> Store:
    """A store with one slot for queries, and room for one more to wait."""
    return Store(path, TABLES, options=StoreOptions(readers=1, waiting=1, memory="500MB", threads=2))


async def test_moments_come_back_in_utc_and_documents_as_dicts(store: Store) -> None:
    await store.write([build(updated_at=minute(5), facts={"os": "linux"}, labels=["x"])])

    (row,) = await store.rows("SELECT updated_at, facts, labels, now() AS now FROM build")

    assert row["updated_at"] == minute(5)
    assert row["updated_at"].utcoffset() == timedelta(0)
    assert row["now"].utcoffset() == timedelta(0)
    assert (row["facts"], row["labels"]) == ({"os": "linux"}, ["x"])


async def test_a_parameter_with_an_offset_is_compared_in_utc(store: Store) -> None:
    await store.write([build("1", updated_at=minute(5)), build("2", updated_at=minute(7))])
    elsewhere = minute(6).astimezone(timezone(timedelta(hours=5)))

    assert await store.rows("SELECT id FROM build WHERE updated_at < $when", when=elsewhere) == [{"id": "1"}]
    assert await store.fetch("SELECT id FROM build WHERE updated_at > $when", {"when": elsewhere}) == [("2",)]


@pytest.mark.parametrize(
    ("chosen", "expected"), [(None, ["1", "2"]), ([], ["1", "2"]), (("1",), ["1"]), (["1", "3"], ["1"]), (["3"], [])]
)
async def test_picked_means_all_where_nothing_was_chosen(
    store: Store, chosen: list[str] | None, expected: list[str]
) -> None:
    await store.write([build("1"), build("2")])

    rows = await store.fetch("SELECT id FROM build WHERE picked($id, id) ORDER BY id", {"id": chosen})

    assert [row[0] for row in rows] == expected


async def test_picked_compares_numbers_by_their_text(store: Store) -> None:
    await store.write([note("1", count=1), note("2", count=2)])

    assert await store.fetch("SELECT id FROM note WHERE picked($count, count)", {"count": ["2"]}) == [("2",)]


async def test_the_columns_of_a_select_are_told_without_running_it(store: Store) -> None:
    sql = """
        SELECT updated_at, seconds, count(*) AS n, title, is_main, labels, facts, $x AS chosen
        FROM build GROUP BY ALL -- a closing comment
    """

    columns = await store.describe(sql, {"x": ["a"]})

    assert [(each.name, each.type) for each in columns] == [
        ("updated_at", "time"),
        ("seconds", "number"),
        ("n", "number"),
        ("title", "string"),
        ("is_main", "boolean"),
        ("labels", "list"),
        ("facts", "json"),
        ("chosen", "list"),
    ]
    assert columns[0] == Column("updated_at", "time", "TIMESTAMP")


async def test_of_two_columns_of_one_name_the_second_gets_another(store: Store) -> None:
    names = [each.name for each in await store.describe("SELECT id, title AS ID FROM build", {})]

    assert names[0] == "id"
    assert len({name.casefold() for name in names}) == 2


async def test_a_missing_parameter_is_named_and_a_superfluous_one_is_left_out(store: Store) -> None:
    with pytest.raises(QueryError, match=r"needs parameter b$"):
        await store.fetch("SELECT $a, $b", {"a": 1})

    assert await store.fetch("SELECT $a", {"a": 1, "more": 2}) == [(1,)]


async def test_an_error_names_the_reason_without_the_sql_or_a_path(store: Store) -> None:
    """Check 31."""
    with pytest.raises(QueryError) as refused:
        await store.fetch(
            "SELECT CAST($x AS INTEGER) AS secret_column FROM build UNION ALL SELECT 'x'::INT", {"x": "1"}
        )

    assert "Could not convert" in str(refused.value)
    assert "secret_column" not in str(refused.value)
    assert str(store.path.parent) not in str(refused.value)


async def test_a_query_over_its_time_is_stopped_and_its_slot_is_free_again(narrow: Store) -> None:
    """Check 46."""
    narrow.open()
    began = time.monotonic()

    with pytest.raises(TooSlow, match=r"longer than 0\.3 s"):
        await narrow.fetch(ENDLESS, {}, seconds=0.3)

    assert time.monotonic() - began < 5
    assert await narrow.fetch("SELECT 1", {}, seconds=5) == [(1,)]
    narrow.close()


async def test_a_query_that_nobody_waits_for_is_stopped(narrow: Store) -> None:
    """Check 46."""
    narrow.open()
    task = asyncio.create_task(narrow.fetch(ENDLESS, {}, seconds=60))
    await asyncio.sleep(0.2)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await narrow.fetch("SELECT 1", {}, seconds=5) == [(1,)]
    narrow.close()


async def test_too_many_queries_are_refused_and_those_that_wait_get_their_turn(narrow: Store) -> None:
    narrow.open()
    running = asyncio.create_task(narrow.fetch(ENDLESS, {}, seconds=0.6))
    await asyncio.sleep(0.1)
    waiting = asyncio.create_task(narrow.fetch("SELECT 2", {}, seconds=10))
    await asyncio.sleep(0.05)

    with pytest.raises(Overloaded, match="1 queries wait already"):
        await narrow.fetch("SELECT 3", {})

    assert await waiting == [(2,)]
    with pytest.raises(TooSlow):
        await running
    narrow.close()


async def test_a_query_that_waits_as_long_as_it_may_run_is_refused(narrow: Store) -> None:
    narrow.open()
    running = asyncio.create_task(narrow.fetch(ENDLESS, {}, seconds=1.5))
    await asyncio.sleep(0.1)

    with pytest.raises(Overloaded, match="no query ended"):
        await narrow.fetch("SELECT 1", {}, seconds=0.2)

    with pytest.raises(TooSlow):
        await running
    narrow.close()


async def test_the_servers_own_reads_do_not_wait_for_the_authors_queries(narrow: Store) -> None:
    narrow.open()
    running = asyncio.create_task(narrow.fetch(ENDLESS, {}, seconds=1.0))
    await asyncio.sleep(0.1)

    assert await asyncio.wait_for(narrow.rows("SELECT 1 AS one"), 0.8) == [{"one": 1}]

    with pytest.raises(TooSlow):
        await running
    narrow.close()


async def test_closing_stops_what_still_runs(narrow: Store) -> None:
    narrow.open()
    running = asyncio.create_task(narrow.fetch(ENDLESS, {}, seconds=60))
    await asyncio.sleep(0.2)
    began = time.monotonic()

    await asyncio.to_thread(narrow.close)

    with pytest.raises((QueryError, Overloaded)):
        await running
    assert time.monotonic() - began < 5


async def test_a_query_that_needs_too_much_memory_fails_alone(path: Path) -> None:
    """Check 48."""
    store = Store(path, TABLES, options=StoreOptions(memory="60MB", threads=2))
    store.open()

    with pytest.raises(QueryError, match="more memory than it may use, 60MB"):
        await store.fetch("SELECT len(list(x)) FROM range(30000000) AS r (x)", {}, seconds=60)

    assert (await store.write([note()])).rows == 1
    assert await store.fetch("SELECT count(*) FROM note", {}) == [(1,)]
    store.close()


async def test_queries_and_writes_go_on_beside_each_other(store: Store) -> None:
    async def read() -> list[int]:
        return [(await store.fetch("SELECT count(*) FROM note", {}))[0][0] for _ in range(30)]

    async def write(first: int) -> None:
        for number in range(20):
            await store.write([note(f"{first}-{number}")])

    results = await asyncio.gather(read(), read(), write(1), write(2), write(3))

    assert [counts == sorted(counts) for counts in results if counts] == [True, True]
    assert await store.fetch("SELECT count(*) FROM note", {}) == [(60,)]


async def test_a_connection_keeps_nothing_for_the_next_query(store: Store) -> None:
    """Check 06: each query has a connection of its own."""
    seen = set()
    for _ in range(20):
        rows = await store.fetch("SELECT current_connection_id(), getvariable('team') IS NULL", {})
        seen.add(rows[0])

    assert len(seen) == 20
    assert {is_unset for _, is_unset in seen} == {True}
