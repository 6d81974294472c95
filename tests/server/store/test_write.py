"""What is written is there, once, with what it did not say left alone."""

from __future__ import annotations

import asyncio
import math

import pytest

from datasource_server.sdk import Overloaded, PluginError, Replacement, Row
from datasource_server.store import Assignment, Commit, Store

from .samples import Build, Letter, Note, build, letter, minute, note


async def one(store: Store, table: str = "build") -> dict[str, object]:
    """Return the only row of a table."""
    (row,) = await store.rows(f"SELECT * FROM {table}")
    return row


async def test_a_row_comes_back_with_every_column_as_it_was_written(store: Store) -> None:
    written = build(
        repo="acme/shop",
        title="Zeile\n\"quoted\" 'too' 🚀\x00",
        status="success",
        seconds=1.5,
        labels=["a", "b, c"],
        facts={"os": "linux"},
        is_main=True,
        updated_at=minute(3),
    )

    await store.write([written])

    assert Build.model_validate(await one(store)) == written


async def test_a_moment_with_another_offset_is_kept_in_utc(store: Store) -> None:
    await store.write([build(updated_at="2026-03-01T02:30:00+02:00")])

    assert (await one(store))["updated_at"] == minute(30)


async def test_an_inserted_row_gets_the_defaults_of_its_class_for_what_it_does_not_give(store: Store) -> None:
    await store.write([build()])

    row = await one(store)

    assert (row["title"], row["labels"], row["facts"], row["seconds"]) == ("untitled", ["none"], {}, None)


async def test_a_row_that_gives_some_columns_leaves_the_others_alone(store: Store) -> None:
    await store.write([build(title="first", status="running", updated_at=minute(1), labels=["x"])])
    await store.write([build(seconds=3.0, status="running", updated_at=minute(1))])

    row = await one(store)

    assert (row["title"], row["labels"], row["seconds"]) == ("first", ["x"], 3.0)


async def test_rows_that_give_different_columns_take_effect_one_after_the_other_in_one_call(store: Store) -> None:
    await store.write([note(text="one", count=1), note(text="two"), note(count=3), note(text="four")])

    row = await one(store, "note")

    assert (row["text"], row["count"]) == ("four", 3)


async def test_of_a_key_twice_in_a_batch_the_last_stays(store: Store) -> None:
    commit = await store.write([note(text="one"), note(text="two")])

    assert (await one(store, "note"))["text"] == "two"
    assert commit.fresh == {"note": 1}


async def test_of_a_row_that_is_written_once_the_first_version_stays(store: Store) -> None:
    await store.write([letter(body="first"), letter(body="second")])
    again = await store.write([letter(body="third")])

    assert (await one(store, "letter"))["body"] == "first"
    assert (again.rows, again.touched) == (0, {})


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
async def test_numbers_that_are_none_are_stored_as_null(store: Store, number: float) -> None:
    """Check 32."""
    await store.write([build(seconds=number)])

    assert (await one(store))["seconds"] is None


async def test_a_replacement_deletes_what_it_does_not_name_within_its_bounds(store: Store) -> None:
    await store.write([build("1", repo="a"), build("2", repo="a"), build("3", repo="b")])

    commit = await store.write(Replacement(Build, [build("2", repo="a"), build("4", repo="a")], {"repo": "a"}))

    assert [row["id"] for row in await store.rows("SELECT id FROM build ORDER BY id")] == ["2", "3", "4"]
    assert commit.touched == {"build": {("tests", "a")}}
    assert (commit.rows, commit.fresh) == (2, {"build": 1})


async def test_an_empty_replacement_empties_its_bounds_only(store: Store) -> None:
    await store.write([note("1"), Note(source="other", id="1")])

    await store.write(Replacement(Note, [], {"source": "tests"}))

    assert [row["source"] for row in await store.rows("SELECT source FROM note")] == ["other"]


async def test_rows_before_and_behind_a_replacement_are_written_in_that_order(store: Store) -> None:
    await store.write([note("1")], Replacement(Note, [note("2")]), [note("3")])

    assert [row["id"] for row in await store.rows("SELECT id FROM note ORDER BY id")] == ["2", "3"]


async def test_an_assignment_sets_columns_of_all_rows_that_match(store: Store) -> None:
    await store.write([build("1", repo="a"), build("2", repo="a"), build("3", repo="b")])

    commit = await store.write(Assignment(Build, {"team": "blue"}, {"repo": "a"}))
    again = await store.write(Assignment(Build, {"team": "blue"}, {"repo": "a"}))

    assert [row["team"] for row in await store.rows("SELECT team FROM build ORDER BY id")] == ["blue", "blue", ""]
    assert (commit.rows, again.rows) == (2, 0)
    assert commit.touched == {"build": {("tests", "a")}}


async def test_a_commit_says_what_it_touched_and_what_is_new(store: Store) -> None:
    heard: list[Commit] = []
    store.listen(heard.append)
    await store.write([build("1", repo="a")])

    commit = await store.write([build("1", repo="a", title="new"), build("2", repo="b")], [note("1")])

    assert commit.touched == {"build": {("tests", "a"), ("tests", "b")}, "note": {("tests", "")}}
    assert (commit.rows, commit.fresh) == (3, {"build": 1, "note": 1})
    assert heard[-1] == commit


async def test_rows_that_are_there_already_move_no_version_and_wake_no_listener(store: Store) -> None:
    await store.write([build(updated_at=minute(1))])
    version, heard = store.version(["build"]), list[Commit]()
    store.listen(heard.append)

    commit = await store.write([build(updated_at=minute(1))])

    assert (commit.rows, heard, store.version(["build"])) == (0, [], version)


async def test_the_version_of_tables_moves_with_each_of_them(store: Store) -> None:
    before = store.version(["build", "note"])

    await store.write([note()], [letter()])

    assert store.version(["build", "note"]) == before + 1
    assert store.version(["build"]) == 0


async def test_a_listener_that_fails_disturbs_nobody(store: Store) -> None:
    heard: list[Commit] = []

    def fail(_commit: Commit) -> None:
        raise ValueError("not today")

    store.listen(fail)
    store.listen(heard.append)

    await store.write([note()])

    assert len(heard) == 1
    assert (await one(store, "note"))["id"] == "1"


async def test_a_row_of_a_table_that_nobody_declared_is_refused(store: Store) -> None:
    class Stranger(Row, table="stranger", key=("source",)):
        """A row that the store was not told of."""

    with pytest.raises(PluginError, match="stranger is none that its connector declares"):
        await store.write([Stranger(source="tests")])


async def test_a_replacement_of_an_unknown_column_is_refused_by_name(store: Store) -> None:
    with pytest.raises(PluginError, match="note has no column repo"):
        await store.write(Replacement(Note, [], {"repo": "a"}))


async def test_two_classes_of_one_table_are_refused(store: Store) -> None:
    class Letter2(Row, table="letter", key=("source",)):
        """Another letter."""

    with pytest.raises(PluginError, match="table letter is declared twice"):
        Store(store.path, (Letter, Letter2))


async def test_a_column_that_no_table_can_hold_is_refused_by_name(store: Store) -> None:
    class Odd(Row, table="odd", key=("source",)):
        """A row with a column of no type."""

        thing: complex = 1j

        model_config = {"arbitrary_types_allowed": True}

    with pytest.raises(PluginError, match=r"column odd\.thing"):
        Store(store.path, (Odd,))


async def test_a_closed_store_takes_and_gives_nothing(store: Store) -> None:
    store.close()

    with pytest.raises(Overloaded, match="not open"):
        await store.write([note()])
    with pytest.raises(Overloaded, match="not open"):
        await store.rows("SELECT 1")


async def test_what_waits_is_written_before_the_store_closes(store: Store) -> None:
    waiting = [store.submit([note(str(number))]) for number in range(200)]

    await asyncio.to_thread(store.close)
    store.open()

    assert all(each.done() and each.result().rows == 1 for each in waiting)
    assert (await store.rows("SELECT count(*) AS n FROM note"))[0]["n"] == 200


async def test_a_replacement_within_several_repositories_leaves_the_others(store: Store) -> None:
    await store.write([build("1", repo="a"), build("2", repo="b"), build("3", repo="c"), build("4", repo="b")])

    commit = await store.write(Replacement(Build, [build("2", repo="b")], {"source": "tests", "repo": ["a", "b"]}))

    found = await store.rows("SELECT id FROM build ORDER BY id")
    assert [row["id"] for row in found] == ["2", "3"]
    assert commit.touched["build"] == {("tests", "a"), ("tests", "b")}
