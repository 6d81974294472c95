"""What shows that a deployment failed its users, and when they were well again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from opssight_dora.changes import tell
from opssight_dora.deliveries import Delivery, Key
from opssight_dora.failures import Blame, blame, span
from opssight_dora.history import Commit
from opssight_dora.pulls import Pull
from opssight_dora.settings import Settings

from .values import DEFAULT, code, commit, delivery, hours, line, pull

HOUR = 3_600


def judged(
    commits: Sequence[Commit],
    stream: Sequence[Delivery],
    pulls: Sequence[Pull] = (),
    causes: dict[Key, list[dict[str, Any]]] | None = None,
    settings: Settings = DEFAULT,
) -> Blame:
    of = code(commits, pulls)
    return blame(tell(stream, of, settings), of, causes or {}, settings)


def failed(found: Blame, stream: Sequence[Delivery]) -> dict[str, str]:
    """Return how each delivery that failed did."""
    signs = {each.id: found.of(each.key) for each in stream}
    return {name: sign.kind for name, sign in signs.items() if sign}


def deployed(*shas: str, every: float = 1) -> list[Delivery]:
    return [delivery(f"d{n}", sha, 10 + n * every, version=sha) for n, sha in enumerate(shas)]


@pytest.mark.parametrize(
    ("shas", "marked", "back"),
    [
        # back by one version
        (["c1", "c2", "c1"], ["d1"], ["d2"]),
        # back by two: the first of them is to blame
        (["c1", "c2", "c3", "c1"], ["d1"], ["d3"]),
        # the version that was taken back comes again: no rollback
        (["c1", "c2", "c1", "c2"], ["d1"], ["d2"]),
        # and back again: the version failed at each of its deliveries
        (["c1", "c2", "c1", "c2", "c1"], ["d1", "d3"], ["d2", "d4"]),
        # two rollbacks to one version, each after another one
        (["c1", "c2", "c1", "c3", "c1"], ["d1", "d3"], ["d2", "d4"]),
        # step by step
        (["c1", "c2", "c3", "c2", "c1"], ["d2", "d1"], ["d3", "d4"]),
        # to a commit that was never deployed by itself, behind what is there
        (["c1", "c3", "c2"], ["d1"], ["d2"]),
        # on from a version that was taken back to one between
        (["c1", "c3", "c1", "c2"], ["d1"], ["d2"]),
        # nothing goes back
        (["c1", "c2", "c3"], [], []),
    ],
)
def test_a_rollback_marks_the_first_version_that_it_takes_back(
    shas: list[str], marked: list[str], back: list[str]
) -> None:
    stream = deployed(*shas)
    found = judged(line(5), stream)
    assert sorted(failed(found, stream)) == sorted(marked)
    assert [each.id for each in stream if each.key in found.back] == back


def test_versions_of_which_no_commit_is_known_roll_back_by_their_names() -> None:
    stream = [delivery(f"d{n}", "", 10 + n, version=name) for n, name in enumerate(["v1", "v2", "v3", "v1"])]
    found = judged([], stream)
    assert failed(found, stream) == {"d1": "rollback"}
    sign = found.of(stream[1].key)
    assert sign
    assert (sign.restored_at, sign.evidence) == (hours(13), "rolled back to v1 2 h after it")


def test_an_older_version_that_only_came_late_is_no_rollback() -> None:
    late = delivery("late", "c2", 12, created_at=hours(10.5))
    stream = [*deployed("c1"), delivery("d1", "c3", 11.5, created_at=hours(11)), late]
    found = judged(line(4), stream)
    assert failed(found, stream) == {}
    assert found.back == {}


def test_a_rollback_after_too_long_is_none_of_a_failure() -> None:
    stream = deployed("c1", "c2", "c1", every=24 * 15)
    found = judged(line(3), stream)
    assert failed(found, stream) == {}
    assert [each.id for each in stream if each.key in found.back] == ["d2"]


@pytest.mark.parametrize(
    ("title", "pull_title"),
    [
        ('Revert "Change c2"', ""),
        ('Revert "Change c2" (#8)', ""),
        ('Revert "Change c2 (#7)" (#8)', ""),
        ("Merge pull request #8", 'Revert "Change c2"'),
    ],
)
def test_a_revert_marks_the_deployment_that_brought_the_original_by_its_title(title: str, pull_title: str) -> None:
    commits = [*line(4), commit("r", 12.2, "c3", title=title)]
    stream = [delivery("d0", "c1", 10), delivery("d1", "c2", 11), delivery("d2", "c3", 12), delivery("d3", "r", 13)]
    pulls = [pull(8, "r", 12.2, title=pull_title)] if pull_title else []
    found = judged(commits, stream, pulls)
    assert failed(found, stream) == {"d1": "revert"}
    assert found.remedies == {("github", "d3"): ("github", "d1")}


def test_a_revert_names_the_original_by_its_commit_too() -> None:
    commits = [*line(3), commit("r", 11.5, "c2", title="Take it out", reverts="c2")]
    stream = [delivery("d0", "c1", 10), delivery("d1", "c2", 11), delivery("d2", "r", 12)]
    sign = judged(commits, stream).of(stream[1].key)
    assert sign
    assert (sign.kind, sign.restored_at) == ("revert", hours(12))


@pytest.mark.parametrize(
    ("commits", "shas"),
    [
        # the original and its revert came together
        ([*line(3), commit("r", 2.5, "c2", reverts="c2")], ["c1", "r"]),
        # a revert of a revert brings the change back
        (
            [*line(2), commit("r", 2, "c1", title='Revert "X"'), commit("s", 3, "r", title="Reapply X", reverts="r")],
            ["c1", "r", "s"],
        ),
        ([*line(2), commit("s", 3, "c1", title='Revert "Revert "Change c1""')], ["c1", "s"]),
        # what it reverts was never deployed
        ([*line(3), commit("r", 3, "c2", title='Revert "Something else"')], ["c1", "c2", "r"]),
        # an older change of the same title is not meant
        (
            [
                commit("c0", 0, title="Fix typo"),
                commit("c1", 1, "c0"),
                commit("c2", 2, "c1", title="Fix typo"),
                commit("r", 3, "c2", title='Revert "Fix typo"'),
            ],
            ["c0", "c1", "r"],
        ),
    ],
)
def test_a_revert_that_spared_the_users_marks_nothing(commits: list[Commit], shas: list[str]) -> None:
    stream = deployed(*shas)
    assert failed(judged(commits, stream), stream) == {}


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"labels": ("HotFix",)}, "label HotFix"),
        ({"head": "hotfix/crash"}, "branch hotfix/crash"),
        ({"title": "[Hotfix] Crash"}, "its title"),
    ],
)
def test_a_hotfix_marks_the_deployment_before_it(more: dict[str, Any], word: str) -> None:
    stream = deployed("c1", "c2")
    sign = judged(line(3), stream, [pull(1, "c2", 10.5, **more)]).of(stream[0].key)
    assert sign
    assert (sign.kind, sign.restored_at) == ("hotfix", hours(11))
    assert f"({word}) deployed 60 min after it" in sign.evidence


def test_a_hotfix_pushed_directly_is_one_by_its_title() -> None:
    stream = deployed("c0", "c1")
    commits = [commit("c0", 0), commit("c1", 1, "c0", title="hotfix: crash")]
    assert failed(judged(commits, stream), stream) == {"d0": "hotfix"}


def test_what_a_hotfix_is_can_be_set() -> None:
    stream = deployed("c1", "c2")
    ours = Settings.model_validate({"hotfix": {"labels": ["sev-1"], "branches": [], "titles": []}})
    urgent = [pull(1, "c2", 10.5, labels=("sev-1",), head="hotfix/x")]
    assert failed(judged(line(3), stream, urgent, settings=ours), stream) == {"d0": "hotfix"}
    plain = [pull(1, "c2", 10.5, labels=("hotfix",), head="hotfix/x", title="hotfix")]
    assert failed(judged(line(3), stream, plain, settings=ours), stream) == {}


def test_a_hotfix_after_a_rollback_repairs_what_was_rolled_back_and_not_the_rollback() -> None:
    stream = deployed("c1", "c2", "c1", "c3")
    found = judged(line(4), stream, [pull(1, "c3", 12.5, labels=("hotfix",))])
    assert failed(found, stream) == {"d1": "rollback"}
    assert found.remedies[stream[3].key] == stream[1].key


def incident(**more: Any) -> dict[str, Any]:
    row = {"source": "alerts", "incident_id": "i1", "title": "Down", "url": "https://x.example/i1"}
    return row | {"opened_at": hours(11.25), "resolved_at": hours(12)} | more


def test_an_incident_counts_before_the_rollback_that_it_led_to_and_says_when_it_was_over() -> None:
    stream = deployed("c1", "c2", "c1")
    sign = judged(line(3), stream, causes={stream[1].key: [incident()]}).of(stream[1].key)
    assert sign
    assert (sign.kind, sign.restored_at, sign.url) == ("incident", hours(12), "https://x.example/i1")
    assert sign.evidence == "incident “Down” 15 min after it"


@pytest.mark.parametrize(("second", "restored"), [(hours(20), hours(20)), (None, None)])
def test_of_several_incidents_the_last_one_to_end_says_when_users_were_well(second: Any, restored: Any) -> None:
    stream = deployed("c1", "c2")
    both = [incident(), incident(incident_id="i2", opened_at=hours(13), resolved_at=second)]
    sign = judged(line(3), stream, causes={stream[1].key: both}).of(stream[1].key)
    assert sign
    assert (sign.restored_at, sign.evidence) == (restored, "incident “Down” 15 min after it and 1 more")


@pytest.mark.parametrize(
    ("hour", "words"), [(0.01, "36 s"), (0.5, "30 min"), (1.5, "90 min"), (5, "5 h"), (72, "3 d"), (-1, "0 s")]
)
def test_lengths_of_time_are_told_in_one_unit(hour: float, words: str) -> None:
    assert span(hours(hour) - hours(0)) == words
