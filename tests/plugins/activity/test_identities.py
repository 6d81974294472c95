"""Identities are derived from rows, the same whether all at once or repository by repository."""

from typing import Any

from datasource_server import sdk
from datasource_server.store import Store
from opssight_activity.identities import identify
from opssight_activity.settings import Settings
from opssight_activity.tables import Identity

from .story import MANAGER, STRANGER, ask, commit, crowd, derive, pull, told

COLUMNS = "SELECT source, repo, name, email, person, crowd, is_bot, matched, team FROM identity ORDER BY ALL"


async def stored(store: Store) -> list[dict[str, Any]]:
    return await store.rows(COLUMNS)


async def test_every_name_in_the_rows_of_a_repository_has_its_person(store: Store) -> None:
    git = commit("Ana Bell", 1, source="git", author_email="ana@acme.example")
    robot = pull(3, "renovate[bot]", 2)
    await told(store, commit("ana", 1), pull(1, "ana", 2, 1, merged_by="ben", reviewers=["cem"]), git, robot)
    found = {(row["source"], row["name"]): (row["person"], row["matched"]) for row in await stored(store)}
    assert found == {
        ("git", "Ana Bell"): ("ana", "mail"),
        ("github", "ana"): ("ana", "login"),
        ("github", "ben"): ("ben", "login"),
        ("github", "cem"): ("cem", "login"),
        ("github", "renovate[bot]"): ("renovate[bot]", "bot"),
    }


async def test_a_row_in_another_repository_changes_what_was_known_before(store: Store) -> None:
    await told(store, commit("Ana Bell", 1, source="git", repo="acme/api", author_email="ana@home.example"))
    (before,) = await stored(store)
    news = [commit("ana", 1, author_email="ana@home.example"), pull(1, "ana", 1)]
    await store.write(news)
    changed = await identify(sdk.Derive(store.rows, frozenset({("github", "acme/web")}), Settings()))
    await store.write(list(changed))
    after = {(row["source"], row["email"]): row["person"] for row in await stored(store)}
    assert before["person"] == "ana@home.example"
    assert after[("git", "ana@home.example")] == "ana"


async def test_nothing_new_in_a_repository_gives_its_stored_rows_again(store: Store) -> None:
    await told(store, *crowd())
    asked: list[str] = []

    async def read(sql: str, /, **params: object) -> list[dict[str, Any]]:
        asked.append(sql)
        return await store.rows(sql, **params)

    found = list(await identify(sdk.Derive(read, frozenset({("github", "acme/solo")}), Settings())))
    assert len(asked) == 2
    assert sorted({row.model_dump()["name"] for row in found}) == ["ana", "dan"]


async def test_repository_by_repository_gives_what_all_at_once_gives(store: Store) -> None:
    await told(store, *crowd(), commit("Ana Bell", 3, source="git", repo="acme/api", author_email="ana@acme.example"))
    whole = [row for row in await identify(sdk.Derive(store.rows, None, Settings())) if isinstance(row, Identity)]
    kept = {(row["source"], row["repo"], row["name"], row["email"]): row["person"] for row in await stored(store)}
    assert kept == {(row.source, row.repo, row.name, row.email): row.person for row in whole}


async def test_other_settings_make_other_people_at_the_next_start(store: Store) -> None:
    await told(store, *crowd())
    await derive(store, people=[{"name": "Ben Cole", "logins": ["ben"]}], bots=["cem"])
    found = {row["name"]: (row["person"], row["matched"]) for row in await stored(store)}
    assert (found["ben"], found["cem"]) == (("Ben Cole", "settings"), ("cem", "bot"))


async def test_deriving_everything_again_gives_the_same_rows(store: Store) -> None:
    await told(store, *crowd())
    before = await stored(store)
    await store.write(sdk.Replacement(Identity, [], {}))
    await derive(store)
    assert await stored(store) == before


async def test_people_who_may_be_one_are_suggested_with_the_setting_that_makes_them_one(store: Store) -> None:
    mails = ("ana.bell@home.example", "ana@work.example")
    rows = [commit("Ana Bell", 1, source="git", author_email=mail, sha=mail) for mail in mails]
    await told(store, *rows)
    (found,) = await ask(store, "merge_suggestions", MANAGER)
    assert (found["person"], found["other"], found["evidence"]) == (*sorted(mails), "the same name: ana bell")
    assert (
        found["setting"] == '{ name = "Ana Bell", logins = [], emails = ["ana.bell@home.example", "ana@work.example"] }'
    )
    assert await ask(store, "merge_suggestions", STRANGER) == []


async def test_what_the_setting_says_makes_one_person_of_them(store: Store) -> None:
    mails = ("ana.bell@home.example", "ana@work.example")
    rows = [commit("Ana Bell", 1, source="git", author_email=mail, sha=mail) for mail in mails]
    await told(store, *rows, people=[{"name": "Ana Bell", "logins": [], "emails": list(mails)}])
    assert {row["person"] for row in await stored(store)} == {"Ana Bell"}
    assert await ask(store, "merge_suggestions", MANAGER) == []


async def test_people_without_a_login_are_listed_with_their_commits(store: Store) -> None:
    await told(store, *crowd(), commit("Eve Fox", 1, author_email="eve@home.example"))
    (found,) = await ask(store, "unmatched", MANAGER)
    assert (found["person"], found["commits"], found["matched"]) == ("eve@home.example", 1, "mail only")
    assert await ask(store, "unmatched", STRANGER) == []
