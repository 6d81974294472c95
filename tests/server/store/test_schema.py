"""Missing tables and columns are added at open; anything else is a migration, applied once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import new_class

import pytest

from datasource_server.sdk import DELIVERY, JOURNAL, ConfigError, PluginError, Row
from datasource_server.store import Store

from .samples import SMALL, TABLES, Letter, Note, letter, note


def note_with(**columns: tuple[object, object]) -> type[Row]:
    """Return a later version of the class Note, with more columns."""
    namespace = {
        "__module__": __name__,
        "__doc__": "A note.",
        "__annotations__": {"id": str, "text": str, "count": int | None}
        | {name: annotation for name, (annotation, _) in columns.items()},
        "text": "",
        "count": None,
    } | {name: default for name, (_, default) in columns.items()}
    made: type[Row] = new_class(
        "Note", (Row,), {"table": "note", "key": ("source", "id")}, lambda body: body.update(namespace)
    )
    return made


def opened(path: Path, tables: Sequence[type[Row]] = TABLES, migrations: Mapping[str, Sequence[str]] = {}) -> Store:
    """Return an open store."""
    store = Store(path, tables, migrations=migrations, options=SMALL)
    store.open()
    return store


async def test_a_new_column_is_added_with_its_default_in_the_rows_that_are_there(path: Path) -> None:
    store = opened(path)
    await store.write([note("old")])
    store.close()
    later = note_with(tags=(list[str], ["x"]), weight=(float, 0.5), who=(str, "it's me"))

    store = opened(path, (later,))
    await store.write([later.model_validate({"source": "tests", "id": "new", "who": "you"})])

    rows = await store.rows("SELECT id, tags, weight, who FROM note ORDER BY id DESC")
    assert rows == [
        {"id": "old", "tags": ["x"], "weight": 0.5, "who": "it's me"},
        {"id": "new", "tags": ["x"], "weight": 0.5, "who": "you"},
    ]
    store.close()


async def test_a_new_table_is_added_and_a_table_that_nobody_declares_any_more_is_kept(path: Path) -> None:
    store = opened(path, (Note,))
    await store.write([note()])
    store.close()

    store = opened(path, (Letter,))
    await store.write([letter()])

    found = await store.rows("SELECT (SELECT count(*) FROM note) AS notes, (SELECT count(*) FROM letter) AS letters")
    assert found == [{"notes": 1, "letters": 1}]
    store.close()


async def test_a_column_that_became_another_type_is_refused_by_name(path: Path) -> None:
    opened(path).close()

    class Note2(Row, table="note", key=("source", "id")):
        """A note whose count became a text."""

        id: str
        text: str = ""
        count: str = ""

    with pytest.raises(ConfigError, match=r"column note\.count is BIGINT in the store and VARCHAR in its class"):
        opened(path, (Note2,))


async def test_migrations_are_applied_once_in_order_and_the_new_ones_later(path: Path) -> None:
    store = opened(path)
    await store.write([note(count=1)])
    store.close()
    steps = ["UPDATE note SET count = count + 1", "UPDATE note SET count = count * 10"]

    opened(path, migrations={"tests": steps[:1]}).close()
    opened(path, migrations={"tests": steps}).close()
    store = opened(path, migrations={"tests": steps})

    assert (await store.rows("SELECT count FROM note"))[0]["count"] == 20
    store.close()


async def test_a_column_can_be_renamed_by_a_migration(path: Path) -> None:
    store = opened(path)
    await store.write([note(text="kept")])
    store.close()

    class Note3(Row, table="note", key=("source", "id")):
        """A note whose text got another name."""

        id: str
        body: str = ""
        count: int | None = None

    store = opened(path, (Note3,), {"tests": ["ALTER TABLE note RENAME COLUMN text TO body"]})

    assert (await store.rows("SELECT body FROM note"))[0]["body"] == "kept"
    store.close()


async def test_a_new_store_needs_no_migration(path: Path) -> None:
    steps = ["ALTER TABLE note RENAME COLUMN old_text TO text"]

    opened(path, migrations={"tests": steps}).close()
    store = opened(path, migrations={"tests": steps})

    assert await store.rows("SELECT * FROM note") == []
    store.close()


async def test_a_migration_that_fails_changes_nothing_and_is_named(path: Path) -> None:
    store = opened(path)
    await store.write([note(count=1)])
    store.close()
    steps = ["UPDATE note SET count = 2", "UPDATE note SET nothing = 1"]

    with pytest.raises(PluginError, match="migration 2 of connector tests failed"):
        opened(path, migrations={"tests": steps})

    store = opened(path, migrations={"tests": steps[:1]})
    assert (await store.rows("SELECT count FROM note"))[0]["count"] == 2
    store.close()


async def test_an_edited_migration_is_refused(path: Path) -> None:
    opened(path).close()
    opened(path, migrations={"tests": ["UPDATE note SET count = 1"]}).close()

    with pytest.raises(PluginError, match="migration 1 of connector tests was edited"):
        opened(path, migrations={"tests": ["UPDATE note SET count = 2"]})


async def test_a_store_of_a_newer_version_is_refused(path: Path) -> None:
    opened(path).close()
    opened(path, migrations={"tests": ["UPDATE note SET count = 1"]}).close()

    with pytest.raises(ConfigError, match="written by a newer version"):
        opened(path, migrations={"tests": []})


async def test_every_shared_table_can_be_made_and_opened_again(path: Path) -> None:
    opened(path, (*DELIVERY, *JOURNAL)).close()

    store = opened(path, (*DELIVERY, *JOURNAL))

    assert await store.rows("SELECT * FROM pipeline_run") == []
    assert store.size_bytes() > 0
    store.close()
