"""The answer of `git log` is read in blocks of any size, and held one commit at a time."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasource_server.sdk import UpstreamError
from opssight_git.history import LONGEST, MOST_FILES, Reader, Told, login_of, moment, title_of, to_commit

ID = "0123456789abcdef0123456789abcdef01234567"
PARENT = "f" * 40
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
PATHS = TEXTS.filter(bool)


def header(message: str = "Add\n", sha: str = ID, parents: str = PARENT) -> list[str]:
    return [sha, parents, "Ana", "ana@acme.example", "1772442000", "Ben", "ben@acme.example", "1772445600", message]


def answer(commits: Sequence[tuple[list[str], list[str]]]) -> bytes:
    """What git writes: a commit's fields, and where there are files a line's end before the first."""
    parts = []
    for fields, files in commits:
        parts += ["", *fields]
        parts += [f"\n{files[0]}", *files[1:]] if files else []
    return "".join(f"{part}\0" for part in parts).encode()


def read(text: bytes, size: int = 1 << 20) -> list[Told]:
    reader = Reader()
    blocks = (text[start : start + size] for start in range(0, len(text), size))
    return [*(told for block in blocks for told in reader.read(block)), *reader.end()]


@given(commits=st.lists(st.tuples(TEXTS, st.lists(PATHS, max_size=4)), max_size=5), size=st.integers(1, 400))
def test_any_history_is_read_the_same_in_blocks_of_any_size(commits: list[tuple[str, list[str]]], size: int) -> None:
    given_ = [(header(message), files) for message, files in commits]
    told = read(answer(given_), size)
    assert [(each.fields["message"], each.files) for each in told] == commits


def test_a_commit_becomes_a_row() -> None:
    fields, files = header(f"Add a basket\n\nWith a handle.\n\nThis reverts commit {PARENT}.\n"), ["a.txt", "b/c.txt"]
    (told,) = read(answer([(fields, files)]))
    row = to_commit(told, repo="acme/shop", page="https://forge.example/acme/shop")
    assert (row.sha, row.parents, row.files, row.is_merge) == (ID, [PARENT], files, False)
    assert (row.author, row.author_email, row.committer) == ("Ana", "ana@acme.example", "Ben")
    assert row.authored_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert row.committed_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert row.title == "Add a basket"
    assert row.url == f"https://forge.example/acme/shop/commit/{ID}"


def test_a_merge_has_more_than_one_parent() -> None:
    (told,) = read(answer([(header(parents=f"{PARENT} {ID}"), [])]))
    assert to_commit(told, repo="acme/shop").is_merge


def test_a_huge_message_is_cut_and_what_follows_is_read() -> None:
    told = read(answer([(header("x" * 5_000_000), ["a"]), (header("Next"), ["b"])]), 10_000)
    assert [len(each.fields["message"]) for each in told] == [LONGEST, 4]
    assert told[1].files == ["b"]


def test_files_beyond_the_most_are_counted() -> None:
    (told,) = read(answer([(header(), [f"f{number}" for number in range(MOST_FILES + 7)])]), 65_536)
    assert (len(told.files), told.left_out) == (MOST_FILES, 7)


def test_a_long_history_takes_no_more_memory_than_a_short_one() -> None:
    block = answer([(header(f"Change {number}\n"), [f"src/f{number}.py"]) for number in range(300)])
    reader, count = Reader(), 0
    tracemalloc.start()
    try:
        for _ in range(100):
            for start in range(0, len(block), 65_536):
                count += sum(1 for _told in reader.read(block[start : start + 65_536]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count + len(list(reader.end())) == 30_000
    assert peak < 1_000_000


@pytest.mark.parametrize(
    "text", [b"\0" + ID.encode() + b"\0", b"\0nonsense\0" + b"x\0" * 8, b"file\0", b"\0" + b"half"]
)
def test_an_answer_that_breaks_off_or_makes_no_sense_is_an_error(text: bytes) -> None:
    with pytest.raises(UpstreamError, match="git log"):
        read(text)


@pytest.mark.parametrize(
    ("email", "login"),
    [
        ("49699333+dependabot[bot]@users.noreply.github.com", "dependabot[bot]"),
        ("octo@users.noreply.github.com", "octo"),
        ("4242-kim@users.noreply.gitlab.com", "kim"),
        ("noreply@github.com", ""),
        ("ana@acme.example", ""),
    ],
)
def test_an_address_made_by_a_forge_holds_the_login(email: str, login: str) -> None:
    assert login_of(email) == login


def test_moments_that_no_calendar_has_become_the_nearest() -> None:
    assert moment("-5") == datetime(1970, 1, 1, tzinfo=UTC)
    assert moment("99999999999999") == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert moment("") == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_title_is_the_first_line_with_words() -> None:
    assert title_of("\n\n  Add it \nwith care\n\nand more") == "Add it"
