"""One pass after another over repositories that real git made."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from opssight_git import walk

from .house import REPO, at, git_house, here
from .scripted import START, Scripted

COMMITS = 'SELECT * FROM "commit" ORDER BY committed_at, sha'
SHAS = 'SELECT sha FROM "commit" ORDER BY sha'


@pytest.fixture
def shop(tmp_path: Path) -> Scripted:
    """A repository with a merged branch, a file that moved, a tag of each kind and an open branch."""
    made = Scripted.make(tmp_path / "shop")
    made.commit("Open the shop", README_md="hello\n", src__cart_py="cart\n" * 20)
    made.git("tag", "v0.1")
    made.git("checkout", "-q", "-b", "basket")
    made.commit("Rename the cart\n\nA basket it is.", person="Ben")
    made.git("mv", "src/cart.py", "src/basket.py")
    made.commit("Move the file", person="Ben")
    made.git("checkout", "-q", "main")
    made.commit("Say more", README_md="hello you\n")
    made.merge("basket", "Merge the basket")
    made.git("tag", "-a", "v1.0", "-m", "First release", person="Cem")
    made.git("checkout", "-q", "-b", "draft")
    made.commit("Try something", notes_txt="?\n")
    made.git("checkout", "-q", "main")
    return made


def everything(made: Scripted) -> dict[str, set[str]]:
    """What git itself says of the history of main: id → the files that each commit changed on its branch."""
    empty = made.git("hash-object", "-t", "tree", "--stdin", feed=b"")
    lines = (line.split() for line in made.git("rev-list", "--parents", "main").splitlines())
    pairs = {sha: (before[0] if before else empty) for sha, *before in lines}
    texts = {sha: made.git("diff-tree", "-r", "-z", "--name-only", before, sha) for sha, before in pairs.items()}
    return {sha: {name for name in text.split("\0") if name} for sha, text in texts.items()}


@pytest.mark.parametrize("reach", [at, here], ids=["far away", "in place"])
async def test_a_history_comes_in_whole(tmp_path: Path, shop: Scripted, reach: object) -> None:
    async with git_house(tmp_path / "data", **(at if reach is at else here)(shop.folder)) as house:
        await house.collect()
        rows = await house.rows(COMMITS)
    assert {row["sha"]: set(row["files"]) for row in rows} == everything(shop)
    merge = next(row for row in rows if row["is_merge"])
    assert (merge["title"], len(merge["parents"]), merge["files"]) == (
        "Merge the basket",
        2,
        ["src/basket.py", "src/cart.py"],
    )
    first = rows[0]
    assert (first["author"], first["author_email"], first["parents"]) == ("Ana", "ana@acme.example", [])
    assert first["committed_at"] == START + timedelta(hours=1)
    assert (first["repo"], first["source"], first["committer"]) == (REPO, "git", "Ana")


@pytest.mark.parametrize("size", [1, 2, 5, 6])
async def test_a_history_comes_in_whole_in_runs_of_any_size(
    tmp_path: Path, shop: Scripted, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(walk, "A_RUN", size)
    async with git_house(tmp_path / "data", **here(shop.folder)) as house:
        await house.collect()
        assert {row["sha"]: set(row["files"]) for row in await house.rows(COMMITS)} == everything(shop)


async def test_no_file_content_is_fetched(tmp_path: Path, shop: Scripted) -> None:
    async with git_house(tmp_path / "data", **at(shop.folder)) as house:
        await house.collect()
        kinds = Scripted(house.clone).git(
            "cat-file", "--batch-check=%(objecttype)", "--batch-all-objects", "--unordered"
        )
    assert set(kinds.split()) == {"commit", "tree", "tag"}


async def test_tags_and_branches_are_what_the_repository_has(tmp_path: Path, shop: Scripted) -> None:
    async with git_house(tmp_path / "data", **at(shop.folder)) as house:
        await house.collect()
        tags = await house.rows("SELECT name, sha, tagger FROM git_tag ORDER BY name")
        branches = await house.rows("SELECT name, is_default, ahead, behind, head_sha FROM branch ORDER BY name")
        (repository,) = await house.rows("SELECT default_branch, pushed_at FROM repository")
    assert tags == [
        {"name": "v0.1", "sha": shop.git("rev-parse", "v0.1"), "tagger": ""},
        {"name": "v1.0", "sha": shop.head(), "tagger": "Cem"},
    ]
    assert [(row["name"], row["is_default"], row["ahead"], row["behind"]) for row in branches] == [
        ("basket", False, 0, 2),
        ("draft", False, 1, 0),
        ("main", True, 0, 0),
    ]
    assert branches[1]["head_sha"] == shop.git("rev-parse", "draft")
    assert repository == {"default_branch": "main", "pushed_at": START + timedelta(hours=6)}


async def test_a_branch_that_is_asked_for_brings_its_commits(tmp_path: Path, shop: Scripted) -> None:
    async with git_house(tmp_path / "data", **at(shop.folder, branches=["dra*"])) as house:
        await house.collect()
        assert shop.git("rev-parse", "draft") in await house.column(SHAS)


async def test_a_branch_that_is_not_there_is_named(tmp_path: Path, shop: Scripted) -> None:
    async with git_house(tmp_path / "data", **at(shop.folder, branch="release")) as house:
        (error,) = [run.error for run in await house.try_to_collect() if run.scope == REPO]
    assert "acme/shop has no branch release" in error


async def test_another_branch_may_be_released_from(tmp_path: Path, shop: Scripted) -> None:
    async with git_house(tmp_path / "data", **at(shop.folder, branch="draft")) as house:
        await house.collect()
        assert await house.column("SELECT name FROM branch WHERE is_default") == ["draft"]
        assert shop.git("rev-parse", "draft") in await house.column(SHAS)


async def test_a_second_pass_reads_only_what_is_new(tmp_path: Path, shop: Scripted) -> None:
    async with git_house(tmp_path / "data", **at(shop.folder)) as house:
        await house.collect()
        before = await house.column(SHAS)
        (unchanged,) = [run.rows for run in await house.collect() if run.scope == REPO]
        new = shop.commit("One more", src__basket_py="basket\n")
        (grown,) = [run.rows for run in await house.collect() if run.scope == REPO]
        after = await house.column(SHAS)
    assert sorted([*before, new]) == after
    assert grown == unchanged + 2  # the commit, and that the branch is read up to it


async def test_a_rewritten_history_brings_its_new_commits_and_keeps_the_old(tmp_path: Path, shop: Scripted) -> None:
    async with git_house(tmp_path / "data", **at(shop.folder)) as house:
        await house.collect()
        old = set(await house.column(SHAS))
        shop.git("reset", "-q", "--hard", "v0.1")
        new = {shop.commit("Another way", README_md="other\n"), shop.commit("And on", README_md="others\n")}
        shop.git("tag", "-d", "v1.0")
        shop.git("branch", "-D", "draft", "basket")
        shop.git("reflog", "expire", "--expire=now", "--all")
        shop.git("gc", "-q", "--prune=now")
        Scripted(house.clone).git("gc", "-q", "--prune=now")
        await house.collect()
        assert set(await house.column(SHAS)) == old | new
        assert await house.column("SELECT name FROM branch") == ["main"]
        assert await house.column("SELECT name FROM git_tag") == ["v0.1"]
        Scripted(house.clone).git("gc", "-q", "--prune=now")
        last = shop.commit("After the old is gone", README_md="more\n")
        await house.collect()
        assert set(await house.column(SHAS)) == old | new | {last}


async def test_a_pass_that_was_broken_off_is_made_again(tmp_path: Path, shop: Scripted) -> None:
    async with git_house(tmp_path / "data", **at(shop.folder)) as house:
        await house.collect()
        new = shop.commit("Later", README_md="later\n")
        (house.clone / "packed-refs.lock").touch()
        (house.clone / "refs" / "heads" / "main.lock").touch()
        await house.collect()
        assert new in await house.column(SHAS)


async def test_a_broken_copy_is_made_anew(tmp_path: Path, shop: Scripted) -> None:
    async with git_house(tmp_path / "data", **at(shop.folder)) as house:
        await house.collect()
        shutil.rmtree(house.clone / "objects")
        new = shop.commit("Later", README_md="later\n")
        errors = [run.error for run in await house.try_to_collect() if run.scope == REPO]
        assert "git" in errors[0]
        await house.collect()
        assert new in await house.column(SHAS)


async def test_an_empty_repository_has_no_commits(tmp_path: Path) -> None:
    empty = Scripted.make(tmp_path / "empty")
    async with git_house(tmp_path / "data", **at(empty.folder)) as house:
        await house.collect()
        assert await house.column(SHAS) == []
        assert await house.column("SELECT repo FROM repository") == [REPO]


async def test_older_commits_are_left_out_until_more_is_asked_for(tmp_path: Path) -> None:
    made = Scripted.make(tmp_path / "old")
    made.hours = -24 * 365 * 20
    old = made.commit("Long ago", a_txt="a\n")
    made.hours = 24 * 365
    new = made.commit("Of late", b_txt="b\n")
    far = 365 * 15
    async with git_house(tmp_path / "data", **here(made.folder), max_age_days=far) as house:
        await house.collect()
        assert await house.column(SHAS) == [new]
        await house.collect()
        assert await house.column(SHAS) == [new]
    async with git_house(tmp_path / "data", **here(made.folder)) as house:
        await house.collect()
        assert await house.column(SHAS) == sorted([old, new])


async def test_strange_names_and_texts_come_in_as_they_are(tmp_path: Path) -> None:
    made = Scripted.make(tmp_path / "odd")
    made.hours += 1
    for name in ("a folder/\nnew line", "ünïcode ✓.txt", "\ttab", os.fsdecode(b"latin-\xe9")):
        made.write(name, name[:1])
    made.git("commit", "-q", "-m", "Zürich — ✓", person="Zoë")
    made.hours += 1
    made.git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-F", "-", feed=b"caf\xe9\n")
    made.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "", person="Ben")
    async with git_house(tmp_path / "data", **at(made.folder)) as house:
        await house.collect()
        rows = await house.rows(COMMITS)
    by_title = {row["title"]: row for row in rows}
    assert sorted(by_title["Zürich — ✓"]["files"]) == ["\ttab", "a folder/\nnew line", "latin-\ufffd", "ünïcode ✓.txt"]
    assert by_title["Zürich — ✓"]["author"] == "Zoë"
    assert by_title["café"]["files"] == []
    assert by_title[""]["author"] == "Ben"


async def test_a_detached_local_copy_is_read_by_its_origin_s_default_branch(tmp_path: Path, shop: Scripted) -> None:
    copy = Scripted(tmp_path)
    copy.git("clone", "-q", str(shop.folder), str(tmp_path / "copy"))
    Scripted(tmp_path / "copy").git("checkout", "-q", "--detach", "HEAD~1")
    async with git_house(tmp_path / "data", **here(tmp_path / "copy")) as house:
        await house.collect()
        assert await house.column("SELECT default_branch FROM repository") == ["main"]
        assert len(await house.column(SHAS)) == shop.count("main")
