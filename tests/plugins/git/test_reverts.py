"""What a commit takes back is known by id, by number and by title."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opssight_git.reverts import Revert, match, reverted

from .house import at, git_house
from .scripted import Scripted

ID = "0123456789abcdef0123456789abcdef01234567"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f'Revert "Add"\n\nThis reverts commit {ID}.', (ID, "", "")),
        (f"Take it back\n\nThis reverts commit {ID}, reversing\nchanges made to {ID[::-1]}.", (ID, "", "")),
        ("Undo\n\nThis reverts commit 0123456.", ("0123456", "", "")),
        ('Revert "Add (#7)" (#8)\n\nReverts acme/shop#7', ("", "7", "Add (#7)")),
        ('Revert "Add"', ("", "", "Add")),
        ('Revert "Revert "Add""', ("", "", 'Revert "Add"')),
        ("Reverts nothing", ("", "", "")),
        ("We talk of Revert", ("", "", "")),
    ],
)
def test_a_message_says_what_it_takes_back(message: str, expected: tuple[str, str, str]) -> None:
    assert reverted(message) == expected


def test_of_commits_with_the_same_title_the_newest_before_is_meant() -> None:
    revert = Revert("r", NOON, NOON, title="Add")
    candidates = [
        {"sha": "later", "title": "Add", "committed_at": NOON.replace(hour=13)},
        {"sha": "newest", "title": "Add (#4)", "committed_at": NOON.replace(hour=11)},
        {"sha": "oldest", "title": "Add", "committed_at": NOON.replace(hour=10)},
    ]
    assert match(revert, candidates) == "newest"


async def test_reverts_name_the_commits_that_they_take_back(tmp_path: Path) -> None:
    made = Scripted.make(tmp_path / "shop")
    made.commit("Begin", a_txt="a\n")
    whole = made.commit("Whole", b_txt="b\n")
    short = made.commit("Short", c_txt="c\n")
    titled = made.commit("Titled (#12)", d_txt="d\n")
    numbered = made.commit("Merge pull request #13 from ana/try", e_txt="e\n")
    made.hours += 1
    made.git("revert", "--no-edit", whole)
    by_id = made.head()
    by_short = made.commit(f"Undo\n\nThis reverts commit {short[:9]}.")
    by_title = made.commit('Revert "Titled"')
    async with git_house(tmp_path / "data", **at(made.folder)) as house:
        await house.collect()
        by_number = made.commit('Revert "Try" (#14)\n\nReverts acme/shop#13')
        unknown = made.commit('Revert "What nobody did"')
        await house.collect()
        rows = await house.rows('SELECT sha, reverts_sha, title FROM "commit"')
    found = {row["sha"]: row["reverts_sha"] for row in rows if row["reverts_sha"]}
    assert found == {by_id: whole, by_short: short, by_title: titled, by_number: numbered}
    assert unknown in {row["sha"] for row in rows}
    assert all(row["title"] for row in rows)
