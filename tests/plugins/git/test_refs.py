"""What git lists of branches and tags, in both forms that it can say distances in."""

from __future__ import annotations

from datetime import UTC, datetime

from opssight_git.refs import Ref, default_branch, read_branches, read_symref, read_tags, to_branch, with_distance

ID, OTHER = "0" * 39 + "1", "0" * 39 + "2"
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def lines(*rows: list[str]) -> str:
    return "".join("\0".join(row) + "\n" for row in rows)


def test_branches_are_read_with_their_distances_where_git_says_them() -> None:
    text = lines(
        ["refs/heads/main", ID, "1772442000", "", "0 0"],
        ["refs/heads/feat/x", OTHER, "1772442000", "", "3 12"],
        ["refs/heads/alias", ID, "1772442000", "refs/heads/main", "0 0"],
        ["refs/heads/odd", "nonsense", "", "", ""],
    )
    assert read_branches(text) == [Ref("main", ID, NINE, 0, 0), Ref("feat/x", OTHER, NINE, 3, 12)]


def test_counts_of_both_sides_are_behind_and_ahead() -> None:
    assert with_distance(Ref("x", ID, NINE), "12\t3\n") == Ref("x", ID, NINE, ahead=3, behind=12)
    row = to_branch(Ref("x", ID, NINE, 3, 12), repo="acme/shop", default="main", page="https://forge.example/acme/shop")
    assert (row.ahead, row.behind, row.is_default) == (3, 12, False)
    assert row.url == "https://forge.example/acme/shop/tree/x"


def test_a_tag_of_either_kind_names_its_commit_and_a_tag_of_a_file_none() -> None:
    text = lines(
        ["v1", "commit", ID, "", "", "1772442000", ""],
        ["v2", "tag", OTHER, "commit", ID, "1772442000", "Cem"],
        ["key", "blob", OTHER, "", "", "", ""],
        ["tree", "tag", OTHER, "tree", ID, "1772442000", "Cem"],
    )
    tags = read_tags(text, repo="acme/shop")
    assert [(tag.name, tag.sha, tag.tagger, tag.tagged_at) for tag in tags] == [
        ("v1", ID, "", NINE),
        ("v2", ID, "Cem", NINE),
    ]


def test_the_default_branch_is_set_said_or_usual() -> None:
    branches = [Ref("work", ID, NINE), Ref("master", ID, NINE), Ref("main", ID, NINE)]
    assert default_branch("work", "refs/heads/main", branches) == "work"
    assert default_branch("", "refs/heads/work", branches) == "work"
    assert default_branch("", "refs/remotes/origin/master", branches) == "master"
    assert default_branch("", "", branches) == "main"
    assert default_branch("", "", [Ref("x", ID, NINE)]) == ""


def test_head_is_read_from_what_the_other_side_says() -> None:
    assert read_symref(f"ref: refs/heads/trunk\tHEAD\n{ID}\tHEAD\n") == "refs/heads/trunk"
    assert read_symref(f"{ID}\tHEAD\n") == ""
