"""A backup restores to the same rows, and a damaged one to none."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from datasource_server.sdk import ConfigError
from datasource_server.store import Store

from .samples import SMALL, TABLES, build, letter, minute, note

CHECK = "SELECT count(*) AS n, CAST(sum(CAST(hash(t) AS HUGEINT)) AS VARCHAR) AS checksum FROM {} AS t"


async def checksums(store: Store) -> dict[str, Any]:
    """Return the count and a checksum of each table."""
    return {name: (await store.rows(CHECK.format(name)))[0] for name in ("build", "note", "letter")}


@pytest.fixture
async def filled(store: Store) -> Store:
    """A store with rows of every kind of column."""
    chance = random.Random(1)
    builds = [
        build(
            str(number),
            title=f"title '{number}' \u2028 \"x\"",
            seconds=chance.random() if number % 3 else None,
            labels=["a"] * (number % 3),
            facts={"k": "ü"},
            updated_at=minute(number),
        )
        for number in range(500)
    ]
    await store.write(builds, [note("1", count=-(2**63))], [letter("1", body="x" * 100_000)])
    return store


def restored(folder: Path, path: Path) -> Store:
    """Return an open store, restored of a backup."""
    Store.restore(folder, path)
    store = Store(path, TABLES, options=SMALL)
    store.open()
    return store


async def test_a_restored_store_has_the_same_rows_and_checksums(filled: Store, tmp_path: Path) -> None:
    """Check 56."""
    before = await checksums(filled)

    await filled.backup(tmp_path / "backup")
    store = restored(tmp_path / "backup", tmp_path / "new" / "opssight.duckdb")

    assert await checksums(store) == before
    assert (await store.write([note("2")])).number == 2
    assert await store.rows("SELECT id FROM note WHERE picked($id, id)", id=["2"]) == [{"id": "2"}]
    store.close()


async def test_a_backup_is_of_one_moment_while_writing_goes_on(filled: Store, tmp_path: Path) -> None:
    task = asyncio.create_task(filled.backup(tmp_path / "backup"))
    number = 0
    while not task.done():
        await filled.write([note(f"pair-{number}")], [letter(f"pair-{number}")])
        number += 1
    await task

    store = restored(tmp_path / "backup", tmp_path / "new.duckdb")

    pairs = (
        "SELECT (SELECT count(*) FROM note WHERE id LIKE 'pair%') - (SELECT count(*) FROM letter WHERE id LIKE 'pair%')"
    )
    assert await store.rows(f"{pairs} AS difference") == [{"difference": 0}]
    store.close()


def names_in(folder: Path) -> set[str]:
    """Return the names of what lies in a folder."""
    return {each.name for each in folder.iterdir()}


@pytest.mark.parametrize("damage", ["cut", "missing", "other rows", "no manifest"])
async def test_a_damaged_backup_is_refused_and_leaves_no_store(filled: Store, tmp_path: Path, damage: str) -> None:
    """Check 56."""
    folder, path = tmp_path / "backup", tmp_path / "new.duckdb"
    await filled.backup(folder)
    file = folder / "build.parquet"
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-100])
    elif damage == "missing":
        file.unlink()
    elif damage == "other rows":
        await filled.write([build("1", title="changed", updated_at=minute(9_999))])
        await filled.backup(tmp_path / "other")
        file.write_bytes((tmp_path / "other" / file.name).read_bytes())
    else:
        (folder / "manifest.json").write_text("{}")

    with pytest.raises(ConfigError, match="backup"):
        Store.restore(folder, path)

    assert names_in(tmp_path) <= {"backup", "other", "data"}


async def test_a_backup_overwrites_nothing(filled: Store, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "precious.txt").write_text("mine")

    with pytest.raises(ConfigError, match="is not empty"):
        await filled.backup(tmp_path / "backup")

    assert names_in(tmp_path / "backup") == {"precious.txt"}


async def test_a_restore_overwrites_nothing(filled: Store, tmp_path: Path) -> None:
    await filled.backup(tmp_path / "backup")

    with pytest.raises(ConfigError, match=r"opssight\.duckdb.* exists"):
        Store.restore(tmp_path / "backup", filled.path)

    assert (await filled.rows("SELECT count(*) AS n FROM build"))[0]["n"] == 500


async def test_a_backup_leaves_nothing_in_the_data_folder(filled: Store, tmp_path: Path) -> None:
    await filled.backup(tmp_path / "backup")

    assert names_in(filled.path.parent) <= {
        "opssight.duckdb",
        "opssight.duckdb.wal",
        "opssight.duckdb.commits",
    }
