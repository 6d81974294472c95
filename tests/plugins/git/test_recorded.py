"""Histories of real projects come in without loss."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opssight_git.history import login_of

from .house import at, git_house
from .recorded import FOLDER, FULLER, RAW, SEPARATED, read, rebuild


@pytest.mark.parametrize("name", [FULLER, SEPARATED, RAW])
async def test_a_recorded_history_comes_in_without_loss(tmp_path: Path, name: str) -> None:
    if not (FOLDER / name).is_file():
        pytest.skip(f"the recorded history {name} is not here")
    history = read(name)
    made = rebuild(tmp_path / "made", history)
    async with git_house(tmp_path / "data", **at(made.folder)) as house:
        await house.collect()
        rows = await house.rows('SELECT * FROM "commit"')
    assert len(rows) == len(history) > 30
    found = sorted((row["title"], row["author"], row["author_email"], row["committed_at"]) for row in rows)
    assert found == sorted(
        (
            kept.title,
            login_of(kept.author[1]) or kept.author[0],
            kept.author[1],
            datetime.fromtimestamp(int(kept.committed), UTC),
        )
        for kept in history
    )
    by_title = {(row["title"], row["authored_at"]): row for row in rows}
    for kept in history:
        row = by_title[kept.title, datetime.fromtimestamp(int(kept.authored), UTC)]
        assert set(row["files"]) >= set(kept.files), kept.title
        assert row["is_merge"] == (len(row["parents"]) > 1)
    known = {kept.sha for kept in history}
    assert sum(len(row["parents"]) for row in rows) == (
        sum(each in known for kept in history for each in kept.parents) or len(history) - 1
    )
