"""A history that a person can follow, written with real git: its numbers and reasons were computed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from datasource_server.store import Store

from .derived import derive, table
from .scripted import Scripted

HOUR = 3_600.0


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Scripted:
    """Three months of one service: every way in which a change comes to main, and every way in which it goes wrong."""
    it = Scripted(tmp_path_factory.mktemp("scripted") / "web")
    v1 = begin(it)
    rebase_and_merge(it)
    go_back(it, v1)
    fix(it)
    pick(it)
    wake_up(it)
    return it


def begin(it: Scripted) -> str:
    """Deploy for the first time, then a squashed pull request and a direct push, by two jobs of one run."""
    it.commit("Begin", "03-02 08:00")
    it.deploy("d1", it.commit("Add page", "03-02 09:00"), "03-02 10:00")
    it.branch("search")
    it.commit("Search by name", "03-02 12:00", author="ben")
    head = it.commit("Search by date", "03-02 14:00", author="ben")
    squashed = it.squash("search", "Add search (#1)", "03-03 09:00")
    it.pull(1, "Add search", squashed, created="03-02 15:00", merged="03-03 09:00", first="03-02 12:00", head_sha=head)
    v1 = it.commit("Fix typo", "03-03 09:30")
    it.deploy("d2-eu", v1, "03-03 09:55", run_id="7")
    it.deploy("d2", v1, "03-03 10:00", run_id="7")
    it.deploy("d2-staging", v1, "03-03 09:40", environment="staging", tier="staging")
    it.deploy("d2-again", v1, "03-03 11:00")
    return v1


def rebase_and_merge(it: Scripted) -> None:
    """Deploy a rebased and a merged pull request, and a commit that was pushed between them."""
    it.branch("export")
    it.commit("Export rows", "03-03 11:00", author="ben")
    exported = it.commit("Export dates", "03-03 13:00", author="ben")
    it.branch("login", "main")
    logged_in = it.commit("Log in", "03-03 16:00", author="cem")
    it.git("checkout", "-q", "main")
    it.commit("Note the release", "03-04 07:00")
    sha = it.rebase("export", "03-04 08:00")
    it.pull(2, "Export", sha, created="03-03 14:00", merged="03-04 08:00", first="03-03 11:00", head_sha=exported)
    sha = it.merge("login", "Merge pull request #3 from login", "03-04 09:00")
    it.pull(3, "Log in", sha, created="03-03 17:00", merged="03-04 09:00", first="03-03 16:00", head_sha=logged_in)
    it.deploy("d3", sha, "03-04 10:00")


def go_back(it: Scripted, v1: str) -> None:
    """Deploy once more, roll back to the version before the last two, then deploy the revert."""
    fast = it.commit("Speed up list", "03-04 11:00")
    it.deploy("d4", fast, "03-04 12:00")
    it.deploy("d5", v1, "03-04 13:00", version="d2")
    it.deploy("d6", it.revert(fast, "03-05 08:00"), "03-05 09:00")


def fix(it: Scripted) -> None:
    """Deploy a change, its hotfix soon after, and fail to deploy that again."""
    it.deploy("d7", it.commit("Add totals", "03-06 08:00"), "03-06 09:00")
    it.branch("guard")
    head = it.commit("Guard against null", "03-06 09:30", author="cem")
    sha = it.squash("guard", "Guard against null (#4)", "03-06 09:50")
    more = {"labels": ["bug", "hotfix"], "head": "guard", "head_sha": head}
    it.pull(4, "Guard against null", sha, created="03-06 09:35", merged="03-06 09:50", first="03-06 09:30", **more)
    it.deploy("d8", sha, "03-06 10:30")
    it.deploy("d9", sha, "03-06 11:00", status="failure", version="d8")


def pick(it: Scripted) -> None:
    """Deploy a commit of main that was picked onto a release, and then main itself."""
    it.git("branch", "release", "main")
    original = it.commit("Fix totals", "03-06 12:00")
    half = it.commit("Begin reports", "03-06 12:30")
    it.git("checkout", "-q", "release")
    it.deploy("d10", it.pick(original, "03-06 13:00"), "03-06 13:30")
    it.git("checkout", "-q", "main")
    it.deploy("d11", half, "03-06 15:00")


def wake_up(it: Scripted) -> None:
    """Deploy after 75 days, then a commit that nobody knows, and leave a pull request undeployed."""
    it.deploy("d12", it.commit("Wake up", "05-20 08:00"), "05-20 10:00")
    it.deploy("d13", "f" * 40, "05-20 11:00")
    it.deploy("d14", it.commit("Tidy up", "05-20 11:30"), "05-20 12:00")
    it.branch("later")
    it.commit("Later", "05-21 08:00", author="ben")
    sha = it.squash("later", "Later (#5)", "05-21 09:00")
    it.pull(5, "Later", sha, created="05-21 08:30", merged="05-21 09:00", first="05-21 08:00")


LEADS = {
    # first deployment: nothing to compare with
    "d1": (None, 0, "first deployment"),
    # the squash began on 03-02 12:00 (22 h), the direct push half an hour before
    "d2": (11.25 * HOUR, 2, ""),
    # pushed 07:00 (3 h); rebased, written 11:00 and 13:00 the day before (23 h, 21 h); merged, written 16:00 (18 h)
    "d3": (19.5 * HOUR, 4, ""),
    "d4": (1 * HOUR, 1, ""),
    "d5": (None, 0, "rollback"),
    "d6": (1 * HOUR, 1, ""),
    "d7": (1 * HOUR, 1, ""),
    "d8": (1 * HOUR, 1, ""),
    # picked from main onto the release: written 12:00
    "d10": (1.5 * HOUR, 1, ""),
    # the original of what was picked is in it, but reached users before
    "d11": (2.5 * HOUR, 1, ""),
    "d12": (None, 0, "gap"),
    "d13": (None, 0, "unknown commit"),
    "d14": (None, 0, "unknown commit"),
}
FAILURES = {
    # V1 d2, V2 d3, V3 d4, V1 d5: marks V2, restored when V1 was back
    "d3": ("rollback", 3 * HOUR),
    # reverted in d6; that d5 took it back too does not count twice
    "d4": ("revert", 21 * HOUR),
    "d7": ("hotfix", 1.5 * HOUR),
}
LEFT_OUT = {
    "d2-eu": "same run",
    "d2-staging": "not production: staging",
    "d2-again": "same version again",
    "d9": "failed",
}
REMEDIES = {"d5": "d3", "d6": "d4", "d8": "d7"}
CHANGES = {
    "Begin": ("direct", None, "first deployment"),
    "Add page": ("direct", None, "first deployment"),
    "Add search (#1)": ("squash", 22 * HOUR, ""),
    "Fix typo": ("direct", 0.5 * HOUR, ""),
    "Note the release": ("direct", 3 * HOUR, ""),
    "Export rows": ("rebase", 23 * HOUR, ""),
    "Export dates": ("rebase", 21 * HOUR, ""),
    "Log in": ("merge", 18 * HOUR, ""),
    "Merge pull request #3 from login": ("merge commit", None, "merge commit"),
    "Speed up list": ("direct", 1 * HOUR, ""),
    'Revert "Speed up list"': ("direct", 1 * HOUR, ""),
    "Add totals": ("direct", 1 * HOUR, ""),
    "Guard against null (#4)": ("squash", 1 * HOUR, ""),
    "Begin reports": ("direct", 2.5 * HOUR, ""),
    "Wake up": ("direct", None, "gap"),
    "Tidy up": ("direct", None, "unknown commit"),
    "Later (#5)": ("squash", None, "not deployed yet"),
}


def reason(text: str) -> str:
    return text.partition(":")[0]


@pytest.fixture(params=["all commits", "without those of pull requests"])
async def derived(request: pytest.FixtureRequest, web: Scripted, store: Store) -> Store:
    """The same history as forges tell it that give the commits of pull requests, and as those that do not."""
    heads = () if request.param == "all commits" else ("main", "release")
    await derive(store, web.rows(*heads))
    return store


async def test_each_deployment_has_the_lead_time_that_one_counts_by_hand(derived: Store) -> None:
    rows = await table(derived, "dora_deployment")
    counted = {name: row for name, row in rows.items() if row["is_counted"]}
    told = {
        name: (row["lead_seconds"], row["change_count"], reason(row["lead_left_out"])) for name, row in counted.items()
    }
    assert told == LEADS


async def test_each_deployment_that_is_left_out_says_why(derived: Store) -> None:
    rows = await table(derived, "dora_deployment")
    left_out = {name: row["left_out"] for name, row in rows.items() if not row["is_counted"]}
    assert {name: text if name == "d2-staging" else reason(text) for name, text in left_out.items()} == LEFT_OUT
    assert "d2, which finished last" in left_out["d2-eu"]


async def test_each_change_has_its_kind_and_lead_time_or_its_reason(derived: Store) -> None:
    rows = [row for row in (await table(derived, "dora_change", "sha")).values() if row["title"] != "Fix totals"]
    assert {row["title"]: (row["kind"], row["lead_seconds"], reason(row["left_out"])) for row in rows} == CHANGES
    assert all(row["is_counted"] == (row["left_out"] == "") == (row["lead_seconds"] is not None) for row in rows)


async def test_a_change_that_was_picked_counts_once_where_it_first_reached_users(derived: Store) -> None:
    rows = [row for row in (await table(derived, "dora_change", "sha")).values() if row["title"] == "Fix totals"]
    first, second = sorted(rows, key=lambda row: str(row["deployed_at"]))
    assert (first["deployment_id"], first["lead_seconds"], first["is_counted"]) == ("d10", 1.5 * HOUR, True)
    assert (second["deployment_id"], second["kind"], reason(second["left_out"])) == (
        "d11",
        "cherry-pick",
        "cherry-pick",
    )
    assert first["sha"][:12] in second["left_out"]


async def test_rollback_revert_and_hotfix_mark_what_they_repair_without_any_incident_tool(derived: Store) -> None:
    rows = await table(derived, "dora_deployment")
    failed = {name: (row["failure_kind"], row["restore_seconds"]) for name, row in rows.items() if row["is_failure"]}
    assert failed == FAILURES
    assert {name: row["remedies_id"] for name, row in rows.items() if row["remedies_id"]} == REMEDIES
    assert {name for name, row in rows.items() if row["is_rework"]} == set(REMEDIES)
    assert {name for name, row in rows.items() if row["is_rollback"]} == {"d5"}
    assert rows["d3"]["failure_evidence"] == "rolled back to d2 3 h after it"
    assert rows["d7"]["failure_evidence"] == "hotfix “Guard against null (#4)” (label hotfix) deployed 90 min after it"


async def test_each_deployment_names_the_one_before_it_and_its_rule(derived: Store) -> None:
    rows = await table(derived, "dora_deployment")
    assert {row["rule"] for row in rows.values()} == {"deployment of the forge"}
    assert (rows["d3"]["previous_id"], rows["d3"]["previous_sha"]) == ("d2", rows["d2"]["sha"])
    assert (rows["d1"]["previous_id"], rows["d2-again"]["previous_id"]) == ("", "")


async def test_pull_requests_flow_to_the_production_they_first_reached(derived: Store) -> None:
    rows = await table(derived, "dora_flow", "number")
    assert {number: row["coding_seconds"] for number, row in rows.items()} == {
        1: 3 * HOUR,
        2: 3 * HOUR,
        3: 1 * HOUR,
        4: 300.0,
        5: 1_800.0,
    }
    deploys = {number: row["deploy_seconds"] for number, row in rows.items()}
    assert deploys == {1: 1 * HOUR, 2: 2 * HOUR, 3: 1 * HOUR, 4: 2_400.0, 5: None}
    assert "deploy: not deployed yet" in rows[5]["left_out"]


async def test_a_second_pass_gives_the_same_rows(web: Scripted, store: Store) -> None:
    await derive(store, web.rows())
    before = [await table(store, name) for name in ("dora_deployment",)]
    await derive(store, [])
    assert [await table(store, name) for name in ("dora_deployment",)] == before


async def test_deployments_of_one_tool_find_their_commits_with_another(web: Scripted, store: Store) -> None:
    told_by_git: list[Any] = [*web.commits(source="git"), web.main("git"), *web.deployments]
    await derive(store, told_by_git)
    rows = await table(store, "dora_deployment")
    # no pull requests are known: the squash counts as a direct push, an hour and a half hour before
    assert (rows["d2"]["source"], rows["d2"]["lead_seconds"]) == ("github", 0.75 * HOUR)
    assert {row["source"] for row in (await table(store, "dora_change", "sha")).values()} == {"github"}


def test_the_scripted_repository_is_real(web: Scripted, tmp_path: Path) -> None:
    assert web.git("fsck", "--strict") == ""
    assert not (tmp_path / ".git").exists()
