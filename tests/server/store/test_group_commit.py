"""Calls that come together are committed together, and a bad one fails alone."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from datasource_server.sdk import Overloaded, PluginError
from datasource_server.store import Commit, Store, StoreOptions

from .samples import TABLES, Build, Note, build, letter, minute, note


def bad_note(identity: str = "bad") -> Note:
    """Return a note whose count is no number; only a row that was never validated can be like that."""
    return note(identity).model_copy(update={"count": "many"})


async def test_calls_of_many_tasks_share_few_commits(store: Store) -> None:
    commits: list[Commit] = []
    store.listen(commits.append)

    done = await asyncio.gather(*(store.write([note(str(number))]) for number in range(500)))

    assert [commit.rows for commit in done] == [1] * 500
    assert len(commits) < 100
    assert sum(commit.rows for commit in commits) == 500


async def test_calls_of_many_threads_are_all_written(store: Store) -> None:
    results: list[Future[Commit]] = []
    lock = threading.Lock()

    def produce(thread: int) -> None:
        for number in range(50):
            future = store.submit([note(f"{thread}-{number}")])
            with lock:
                results.append(future)

    threads = [threading.Thread(target=produce, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    await asyncio.gather(*map(asyncio.wrap_future, results))

    assert (await store.rows("SELECT count(*) AS n, count(DISTINCT id) AS d FROM note"))[0] == {"n": 400, "d": 400}


async def test_the_same_row_from_a_thousand_calls_is_stored_once_and_new_to_one_of_them(store: Store) -> None:
    """Check 36."""
    done = await asyncio.gather(*(store.write([letter("same", body="x")]) for _ in range(1_000)))

    assert (await store.rows("SELECT count(*) AS n FROM letter"))[0]["n"] == 1
    assert sum(commit.fresh.get("letter", 0) for commit in done) == 1


async def test_a_bad_change_fails_alone(store: Store) -> None:
    calls = [store.write([note(str(number))]) for number in range(20)]
    calls.insert(7, store.write([note("half")], [bad_note()]))

    done = await asyncio.gather(*calls, return_exceptions=True)

    failed = [result for result in done if isinstance(result, BaseException)]
    assert len(failed) == 1
    assert isinstance(failed[0], PluginError)
    assert (await store.rows("SELECT count(*) AS n FROM note WHERE id NOT IN ('half', 'bad')"))[0]["n"] == 20


async def test_of_a_call_with_a_bad_change_nothing_is_written(store: Store) -> None:
    with pytest.raises(PluginError, match="can't be stored"):
        await store.write([build()], [bad_note()], [letter()])

    found = await store.rows(
        "SELECT (SELECT count(*) FROM build) + (SELECT count(*) FROM note) + (SELECT count(*) FROM letter) AS n"
    )
    assert found == [{"n": 0}]


@pytest.mark.parametrize("value", [2**63, 2**70, "\ud800", object()])
async def test_a_value_that_no_column_can_hold_fails_its_own_call(store: Store, value: object) -> None:
    wrong = note("wrong").model_copy(update={"count": value})

    first, second = await asyncio.gather(store.write([wrong]), store.write([note("right")]), return_exceptions=True)

    assert isinstance(first, PluginError)
    assert isinstance(second, Commit)


async def test_a_full_queue_says_so_and_takes_more_once_there_is_room(path: Path) -> None:
    """Check 40."""
    store = Store(path, TABLES, options=StoreOptions(queue_rows=10, group_seconds=0.2, memory="500MB"))
    store.open()
    waiting = [store.submit([note(str(number))]) for number in range(10)]

    with pytest.raises(Overloaded, match="10 rows wait") as refused:
        await store.write([note("late")])
    assert refused.value.retry_after_seconds >= 1
    assert store.queue_length() == 10

    await asyncio.gather(*map(asyncio.wrap_future, waiting))
    commit = await store.write([note("late")])

    assert commit.rows == 1
    store.close()


async def test_a_call_greater_than_the_queue_is_taken_when_nothing_else_waits(path: Path) -> None:
    store = Store(path, TABLES, options=StoreOptions(queue_rows=10, memory="500MB"))
    store.open()

    commit = await store.write([note(str(number)) for number in range(25_000)])

    assert commit.fresh == {"note": 25_000}
    store.close()


async def test_a_full_disk_is_noticed_before_it_is_full(path: Path) -> None:
    store = Store(path, TABLES, options=StoreOptions(min_free_bytes=10**18, memory="500MB"))
    store.open()

    with pytest.raises(Overloaded, match="disk is nearly full"):
        await store.write([note()])

    store.close()


async def test_a_call_that_was_cancelled_before_its_turn_is_not_written(path: Path) -> None:
    store = Store(path, TABLES, options=StoreOptions(group_seconds=0.3, memory="500MB"))
    store.open()
    task = asyncio.create_task(store.write([note("gone")]))
    await asyncio.sleep(0.05)
    task.cancel()
    await store.write([note("here")])

    assert [row["id"] for row in await store.rows("SELECT id FROM note")] == ["here"]
    store.close()


async def test_versions_of_a_row_in_one_group_end_in_the_newest(store: Store) -> None:
    order = [3, 1, 4, 2]

    await asyncio.gather(
        *(store.write([Build(source="tests", id="x", title=str(at), updated_at=minute(at))]) for at in order)
    )

    assert (await store.rows("SELECT title FROM build"))[0]["title"] == "4"
