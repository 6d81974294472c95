"""What each deployment brought and how long that took, or why it is not told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from opssight_dora.changes import Change, Story, tell, unseen
from opssight_dora.code import Code
from opssight_dora.history import Commit
from opssight_dora.settings import Settings

from .values import DEFAULT, code, commit, delivery, hours, line, pull

HOUR = 3_600


def story(of: Code, *shas: str, service: str = "web", every: float = 1) -> Story:
    """Tell of deployments of these commits, one each hour, from hour 10 on."""
    stream = [delivery(f"d{n}", sha, 10 + n * every, service=service) for n, sha in enumerate(shas)]
    return tell(stream, of, DEFAULT)


def one(found: Sequence[Change], sha: str) -> Change:
    (change,) = [each for each in found if each.commit.sha == sha]
    return change


def test_a_squash_of_which_the_beginning_is_not_known_has_no_lead_time() -> None:
    own = [*line(2), commit("s", 5, "c1")]
    told = story(code(own, [pull(1, "s", 5)]), "c1", "s")
    assert one(told.changes, "s").left_out.startswith("unknown start")
    assert told.leads["github", "d1"].left_out.startswith("no lead time: none of its changes has one (unknown start")


def test_a_squash_begins_with_the_first_commit_of_its_branch_where_the_pull_request_does_not_say() -> None:
    branch = [commit("b1", 2, "c1"), commit("b2", 3, "b1")]
    own = [*line(2), *branch, commit("s", 5, "c1")]
    told = story(code(own, [pull(1, "s", 5, head_sha="b2")]), "c1", "s")
    assert (one(told.changes, "s").origin.kind, one(told.changes, "s").lead_seconds) == ("squash", 9 * HOUR)


def test_a_squash_that_was_merged_begins_with_its_pull_request() -> None:
    own = [*line(2), commit("s", 4.99, "c1"), commit("m", 5, "c1", "s")]
    told = story(code(own, [pull(1, "m", 5, head_sha="b2", first_commit_at=hours(2))]), "c1", "m")
    assert (one(told.changes, "s").origin.kind, one(told.changes, "s").lead_seconds) == ("squash", 9 * HOUR)
    assert one(told.changes, "m").left_out.startswith("merge commit")


def test_a_fast_forwarded_branch_keeps_when_its_commits_were_written() -> None:
    own = [*line(2), commit("b1", 2, "c1"), commit("b2", 3, "b1")]
    told = story(code(own, [pull(1, "b2", 6, head_sha="b2", first_commit_at=hours(2))]), "c1", "b2")
    found = {each.commit.sha: (each.origin.kind, each.lead_seconds) for each in told.changes[-2:]}
    assert found == {"b1": ("rebase", 9 * HOUR), "b2": ("rebase", 8 * HOUR)}


def test_commits_of_a_branch_that_main_was_merged_into_belong_to_their_pull_request() -> None:
    own = [
        *line(2),
        commit("b1", 2, "c1"),
        commit("c2", 3, "c1"),
        commit("b2", 4, "b1", "c2"),
        commit("b3", 5, "b2"),
        commit("m", 6, "c2", "b3"),
    ]
    told = story(code(own, [pull(1, "m", 6, head_sha="b3")]), "c1", "m")
    kinds = {each.commit.sha: each.origin.kind for each in told.changes if each.commit.sha not in ("c0", "c1")}
    assert kinds == {"b1": "merge", "b2": "merge commit", "b3": "merge", "c2": "direct", "m": "merge commit"}


def test_a_change_written_after_its_deployment_has_its_reason_not_a_negative_span() -> None:
    own = [*line(2), commit("c2", 30, "c1")]
    told = story(code(own), "c1", "c2")
    assert one(told.changes, "c2").lead_seconds is None
    assert one(told.changes, "c2").left_out.startswith("negative span")


def test_a_first_deployment_lists_only_what_is_not_long_ago() -> None:
    old = [commit("c0", -24 * 90), commit("c1", 1, "c0")]
    told = story(code(old), "c1")
    assert [each.commit.sha for each in told.changes] == ["c1"]
    assert told.leads["github", "d0"].left_out.startswith("first deployment")


def test_old_work_that_is_merged_later_counts_whole() -> None:
    own = [commit("c0", 0), commit("b", -24 * 100, "c0"), commit("c1", 9, "c0"), commit("m", 10.5, "c1", "b")]
    told = story(code(own, [pull(1, "m", 10.5)]), "c1", "m")
    assert one(told.changes, "b").lead_seconds == (11 + 24 * 100) * HOUR


def test_a_gap_is_measured_against_the_setting() -> None:
    stream = [delivery("d0", "c1", 2), delivery("d1", "c2", 2 + 24 * 8)]
    of = code(line(3))
    assert tell(stream, of, DEFAULT).leads["github", "d1"].count == 1
    short = Settings.model_validate({"gap_days": 7})
    assert (
        tell(stream, of, short).leads["github", "d1"].left_out
        == "gap: 8 days after the deployment before it, more than 7"
    )


def test_a_short_commit_id_is_the_one_that_it_begins() -> None:
    own = [commit("a" * 40, 0), commit("b" * 40, 1, "a" * 40)]
    told = story(code(own), "aaaaaaa", "bbbbbbbb")
    assert told.leads["github", "d1"].count == 1
    unclear = [commit("a" * 40, 0), commit("a" * 39 + "b", 1, "a" * 40)]
    assert story(code(unclear), "aaaaaaa").shas == [""]


def test_behind_a_deployment_without_a_commit_nothing_is_claimed() -> None:
    told = story(code(line(4)), "c1", "", "c2", "c3")
    assert told.leads["github", "d1"].left_out == "unknown commit: the tool does not say which was deployed"
    assert told.leads["github", "d2"].left_out.startswith("unknown commit: that of the deployment before it")
    assert told.leads["github", "d3"].count == 1


def test_what_waits_on_main_is_listed_as_not_deployed_yet() -> None:
    told = story(code(line(4)), "c1")
    assert {each.commit.sha: each.left_out for each in told.changes if each.delivery is None} == {
        "c2": "not deployed yet",
        "c3": "not deployed yet",
    }


def test_pull_requests_whose_commit_nobody_knows_are_listed_with_that_reason() -> None:
    pulls = [pull(1, "gone", 5), pull(2, "c3", 3), pull(3, "", 5, head_sha="h"), pull(4, "side", 5, base="release")]
    of = code([*line(2), commit("side", 2, "c0"), commit("c3", 3, "c1")], pulls)
    told = story(of, "c1")
    found = {each.commit.sha: each.left_out for each in unseen(of, [told], DEFAULT)}
    assert found == {
        "gone": "unknown commit: gone that it became is not stored",
        "h": "unknown commit: the one that it became is not stored",
        "side": "not on the default branch: merged to release",
    }


def test_without_any_production_deployment_each_pull_request_says_so() -> None:
    of = code([], [pull(1, "a", 5), pull(2, "b", 6)])
    found = [(each.commit.sha, each.environment, each.left_out) for each in unseen(of, [], DEFAULT)]
    assert found == [
        (sha, "", "never deployed: no production deployment of its repository is stored") for sha in ("a", "b")
    ]


OWNERS: list[dict[str, object]] = [
    {"place": 1, "pattern": "/shop/", "service": "shop"},
    {"place": 2, "pattern": "/search/", "service": "search"},
]


def mono() -> list[Commit]:
    """Commits to one service, to the other, to both, to neither, and one whose files nobody knows."""
    files = (("shop/a.py",), ("search/b.py",), ("shop/a.py", "search/b.py"), ("README",), ())
    first = [commit("c0", 0, files=("shop/a.py", "search/b.py"))]
    return first + [commit(f"c{n}", n, f"c{n - 1}", files=each) for n, each in enumerate(files, 1)]


def test_a_service_of_a_monorepo_counts_only_what_touches_its_paths() -> None:
    told = story(code(mono(), owners=OWNERS), "c0", "c5", service="shop")
    found = {each.commit.sha: each.left_out.partition(":")[0] for each in told.changes if each.commit.sha != "c0"}
    assert found == {"c1": "", "c3": "", "c5": "unknown files"}


def test_what_is_deployed_as_a_whole_is_told_by_the_service_that_each_change_touches() -> None:
    told = story(code(mono(), owners=OWNERS), "c0", "c4", service="web")
    found = sorted((each.commit.sha, each.service) for each in told.changes if each.delivery and each.lead_seconds)
    assert found == [("c1", "shop"), ("c2", "search"), ("c3", "search"), ("c3", "shop"), ("c4", "web")]
    assert told.leads["github", "d1"].count == 4


def test_a_deployment_that_changes_other_services_says_so() -> None:
    told = story(code(mono(), owners=OWNERS), "c1", "c2", service="shop")
    assert told.leads["github", "d1"].left_out == "no new change: what is new in it changes other services"


def test_settings_part_a_monorepo_as_stored_rules_do() -> None:
    parted = Settings.model_validate({"services": {"shop": {"repos": ["acme/web"], "paths": ["/shop/"]}}})
    told = story(code(mono(), settings=parted), "c0", "c4", service="shop")
    assert {each.commit.sha for each in told.changes if each.lead_seconds} == {"c1", "c3"}


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Commit], list[int]]:
    """Draw a graph of commits, each with up to two parents before it, and which of them are deployed in turn."""
    count = draw(st.integers(1, 25))
    commits = []
    for n in range(count):
        parents = draw(st.sets(st.integers(max(0, n - 4), max(0, n - 1)), min_size=min(n, 1), max_size=min(n, 2)))
        commits.append(commit(f"c{n}", n / 10, *(f"c{each}" for each in sorted(parents, reverse=True))))
    return commits, draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=8))


@given(histories())
def test_each_commit_is_brought_once_by_the_first_deployment_that_contains_it(
    drawn: tuple[list[Commit], list[int]],
) -> None:
    commits, deployed = drawn
    of = code(commits)
    told = story(of, *(f"c{each}" for each in deployed))
    reached = [{each.sha for each in of.history.new([f"c{n}"], set())} for n in deployed]
    for place, brought in enumerate(told.brought):
        before: set[str] = set().union(*reached[:place])
        assert {each.sha for each in brought} == reached[place] - before
    assert len({(each.commit.sha, each.service) for each in told.changes}) == len(told.changes)


@given(histories())
def test_every_change_has_a_lead_time_that_is_not_negative_or_a_reason(drawn: tuple[list[Commit], list[int]]) -> None:
    commits, deployed = drawn
    told = story(code(commits), *(f"c{each}" for each in deployed))
    for change in told.changes:
        assert (change.lead_seconds is None) == bool(change.left_out)
        assert change.lead_seconds is None or change.lead_seconds >= 0
    for earlier, later in pairwise(told.stream):
        lead = told.leads[later.key]
        assert earlier.ended_at < later.ended_at
        assert (lead.seconds is None) == bool(lead.left_out) == (lead.count == 0)
