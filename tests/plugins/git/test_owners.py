"""CODEOWNERS files of both forges, and the path map of the settings, become rules of one form."""

from __future__ import annotations

from pathlib import Path

from opssight_git.owners import read_code_owners

from .house import REPO, at, git_house
from .scripted import Scripted

GITHUB = """\
# who looks after what
*       @acme/everybody   # at first
*.js    @ana ben@acme.example
/build/ @acme/builders
docs/my\\ notes.txt @cem
!vendor/ @nobody
/broken nonsense
/free/
"""
GITLAB = """\
* @all

[Documentation][2] @writers
docs/
internal/guide.md @cem
!docs/generated/
README.md

^[Optional]
/go.mod @builders
"""


def rules(text: str, path: str) -> list[tuple[str, list[str], str]]:
    found = read_code_owners(text, repo=REPO, path=path)
    assert [each.place for each in found] == list(range(1, len(found) + 1))
    return [(each.pattern, each.owners, each.section) for each in found]


def test_a_file_of_github_is_read_line_by_line() -> None:
    assert rules(GITHUB, "CODEOWNERS") == [
        ("*", ["@acme/everybody"], ""),
        ("*.js", ["@ana", "ben@acme.example"], ""),
        ("/build/", ["@acme/builders"], ""),
        ("docs/my\\ notes.txt", ["@cem"], ""),
        ("/free/", [], ""),
    ]


def test_sections_of_gitlab_lend_their_owners_and_take_paths_out() -> None:
    assert rules(GITLAB, ".gitlab/CODEOWNERS") == [
        ("*", ["@all"], ""),
        ("docs/", ["@writers"], "documentation"),
        ("**/internal/guide.md", ["@cem"], "documentation"),
        ("README.md", ["@writers"], "documentation"),
        ("/go.mod", ["@builders"], "optional"),
        ("**/docs/generated/", [], "documentation"),
    ]


def test_a_path_with_brackets_begins_no_section() -> None:
    assert rules("app/[slug]/page.tsx @ana\n[slug]/x.tsx @ben\n", "CODEOWNERS") == [
        ("app/[slug]/page.tsx", ["@ana"], ""),
        ("[slug]/x.tsx", ["@ben"], ""),
    ]


async def test_the_default_branch_s_file_and_the_path_map_become_rows(tmp_path: Path) -> None:
    made = Scripted.make(tmp_path / "shop")
    made.commit("Begin", docs__CODEOWNERS="* @late\n", CODEOWNERS="* @shop\n/pay/ @money\n")
    services = {
        "checkout": {"repo": "Acme/Shop", "paths": ["/pay/", "/cart/"]},
        "till": {"repo": "acme/till", "paths": ["/till/"]},
    }
    select = "SELECT repo, place, pattern, owners, service FROM path_owner ORDER BY repo, place"
    async with git_house(tmp_path / "data", **at(made.folder), services=services) as house:
        await house.collect()
        assert [tuple(row.values()) for row in await house.rows(select)] == [
            (REPO, 1, "*", ["@shop"], ""),
            (REPO, 2, "/pay/", ["@money"], ""),
            (REPO, 3, "/pay/", [], "checkout"),
            (REPO, 4, "/cart/", [], "checkout"),
            ("acme/till", 1, "/till/", [], "till"),
        ]
        made.git("rm", "-q", "CODEOWNERS")
        made.commit("Without")
        await house.collect()
        assert [row["owners"] for row in await house.rows(select)][:2] == [["@late"], []]
    async with git_house(tmp_path / "data", **at(made.folder)) as house:
        await house.collect()
        assert [tuple(row.values()) for row in await house.rows(select)] == [(REPO, 1, "*", ["@late"], "")]
