"""The pack's numbers are those that one counts by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from datasource_server import sdk
from datasource_server.store import Store

from .asking import NOW, ask, result


async def test_a_test_fails_now_when_its_newest_result_on_main_does(store: Store) -> None:
    await store.write(
        [
            result(1, "adds", hours_ago=9),
            result(2, "adds", "failed", 7, message="3 is not 4"),
            result(3, "adds", "error", 5, message="no database"),
            result(1, "healed", "failed", 9),
            result(2, "healed", hours_ago=7),
            result(3, "elsewhere", "failed", 1, branch="feature"),
            result(3, "left out", "skipped", 1),
            sdk.Repository(source="github", repo="acme/web", default_branch="main"),
        ]
    )
    (row,) = await ask(store, "failing_tests")
    assert (row["name"], row["status"], row["in_a_row"], row["runs"]) == ("adds", "error", 2, 3)
    assert (row["run"], row["first_run"], row["message"]) == ("3", "2", "no database")
    assert row["red_since"] == (NOW - timedelta(hours=7)).timestamp() * 1000
    assert row["test_link"] == "unit%20%E2%80%BA%20adds"
    assert await ask(store, "failing") == [{"value": 1, "sentence": "of 2 · web"}]
    (elsewhere,) = await ask(store, "failing_tests", branch=["feature"])
    assert elsewhere["name"] == "elsewhere"


async def test_a_branch_counts_while_nobody_knows_the_default_one(store: Store) -> None:
    await store.write([result(1, "adds", "failed", branch="feature"), result(1, "loads", "failed", branch="")])
    assert {row["name"] for row in await ask(store, "failing_tests")} == {"adds", "loads"}


async def test_without_any_test_there_is_nothing_to_say(store: Store) -> None:
    answers = [await ask(store, query) for query in ("failing", "flaky", "known_tests", "test_time")]
    assert answers == [[], [], [], []]


def run(number: int, attempt: int, minutes: float) -> sdk.PipelineRun:
    started = NOW - timedelta(hours=2)
    return sdk.PipelineRun(
        source="github",
        id=str(number),
        attempt=attempt,
        repo="acme/web",
        pipeline="ci",
        status="failure",
        created_at=started,
        started_at=started,
        finished_at=started + timedelta(minutes=minutes),
    )


async def test_a_flaky_test_has_both_results_on_one_commit(store: Store) -> None:
    """Attempts, runs and tries of one commit; what is broken and then fixed by a commit is not flaky."""
    sha = "c" * 40
    await store.write(
        [
            result(1, "by attempt", "failed", 5),
            result(1, "by attempt", "passed", 4, attempt=2),
            result(2, "by attempt", hours_ago=3),
            result(3, "by run", "error", 5, sha=sha),
            result(4, "by run", hours_ago=4, sha=sha),
            result(5, "by tries", hours_ago=2, is_flaky=True, tries=3),
            result(6, "fixed", "failed", 5),
            result(7, "fixed", hours_ago=4),
            result(8, "broken", "failed", 5, sha=sha),
            result(9, "broken", "failed", 4, sha=sha),
            run(1, 1, 12),
            run(1, 2, 15),
        ]
    )
    rows = {row["name"]: row for row in await ask(store, "flaky_tests")}
    assert list(rows) == ["by attempt", "by tries", "by run"]
    by_attempt = rows["by attempt"]
    assert (by_attempt["flake_rate"], by_attempt["flaky_commits"], by_attempt["commits"]) == (0.5, 1, 2)
    assert (by_attempt["lost_minutes"], by_attempt["run"], by_attempt["passed_run"]) == (12, "1", "1")
    assert by_attempt["last_at"] == (NOW - timedelta(hours=5)).timestamp() * 1000
    assert (rows["by run"]["run"], rows["by run"]["passed_run"], rows["by run"]["sha"]) == ("3", "4", sha)
    assert rows["by run"]["lost_minutes"] == pytest.approx(2 / 60)
    assert rows["by tries"]["lost_minutes"] == pytest.approx(4 / 60)
    assert await ask(store, "flaky") == [{"value": 3, "sentence": "60.0 % of 5"}]


async def test_a_result_without_a_commit_is_compared_within_its_run(store: Store) -> None:
    await store.write(
        [
            result(1, "adds", "failed", sha=""),
            result(1, "adds", "passed", attempt=2, sha=""),
            result(2, "loads", "failed", sha=""),
            result(3, "loads", "passed", sha=""),
        ]
    )
    assert [row["name"] for row in await ask(store, "flaky_tests")] == ["adds"]


async def test_the_slowest_come_first_with_their_trend(store: Store) -> None:
    await store.write(
        [
            *(result(number, "slow", hours_ago=number, duration_seconds=10.0 * number) for number in range(1, 11)),
            *(result(number, "quick", hours_ago=1, duration_seconds=1) for number in range(20, 23)),
            result(30, "slow", hours_ago=30, duration_seconds=50),
            result(31, "untimed", duration_seconds=None),
        ]
    )
    slow, quick = await ask(store, "slowest_tests")
    assert (slow["name"], slow["p50_seconds"], slow["p95_seconds"], slow["runs"]) == ("slow", 55, 95.5, 10)
    assert slow["p50_change"] == pytest.approx(0.1)
    assert (slow["minutes"], slow["run"]) == (pytest.approx(550 / 60), "1")
    assert (quick["name"], quick["p50_change"]) == ("quick", None)


async def test_tests_come_and_go(store: Store) -> None:
    await store.write(
        [
            result(1, "kept", hours_ago=30),
            result(1, "gone", hours_ago=30),
            result(2, "kept", hours_ago=2),
            result(2, "new", hours_ago=2),
            result(3, "first report", hours_ago=2, repo="acme/young"),
            result(4, "no report since", hours_ago=30, repo="acme/quiet"),
        ]
    )
    rows = await ask(store, "changed_tests")
    assert [(row["change"], row["name"], row["run"]) for row in rows] == [
        ("+ added", "new", "2"),
        ("− gone", "gone", "1"),
    ]
    (known,) = await ask(store, "known_tests")
    assert (known["value"], known["sentence"], known["pass_rate"]) == (3, "+2 −2 tests", 1)


async def test_totals_count_results_by_their_end(store: Store) -> None:
    ends = ("passed", "failed", "error", "skipped")
    await store.write([result(1, end, end, 2) for end in ends])
    (row,) = await ask(store, "totals")
    assert (row["passed"], row["failed"], row["skipped"]) == (1, 2, 1)


async def test_test_time_is_that_of_a_whole_attempt(store: Store) -> None:
    await store.write([result(run, name) for run in (1, 2, 3) for name in ("a", "b")])
    await store.write([result(9, "a", hours_ago=30)])
    assert await ask(store, "test_time") == [{"value": 4, "sentence": "▲ 100 % · 3 runs"}]


async def test_a_history_is_of_one_test(store: Store) -> None:
    await store.write([result(1, "a", hours_ago=3), result(2, "a", "failed", 1, is_flaky=True), result(1, "b")])
    assert [row["run"] for row in await ask(store, "history", test=["unit › a"])] == ["2", "1"]
    assert [row["name"] for row in await ask(store, "history", otherwise=["unit › b"])] == ["b"]
    results = await ask(store, "history_results", test=["unit › a"])
    assert [(row["passed"], row["flaky"], row["failed"]) for row in results] == [(1, 0, 0), (0, 1, 0)]
    assert len(await ask(store, "history_durations", test=["unit › a"])) == 2


async def test_a_service_stands_for_the_repositories_that_deploy_it(store: Store) -> None:
    deployment = sdk.Deployment(
        source="github",
        id="1",
        service="shop",
        repo="acme/web",
        environment="live",
        status="success",
        created_at=NOW,
    )
    await store.write([result(1, "a", "failed"), result(2, "b", "failed", repo="acme/other"), deployment])
    found = {
        chosen: [row["name"] for row in await ask(store, "failing_tests", service=[chosen])]
        for chosen in ("shop", "none")
    }
    assert found == {"shop": ["a"], "none": []}
    assert [row["name"] for row in await ask(store, "failing_tests", environment=["live"])] == ["a"]
