"""Flaky jobs are found by both results on one commit; what the platform broke, or a commit repaired, is left out."""

from datetime import timedelta
from typing import Any

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_ci.flaky import Flaky, FlakyFlip, find_flaky
from opssight_ci.flips import tail
from opssight_ci.settings import Flakiness, Settings
from tests.plugins.ci import flaky_world
from tests.plugins.ci.asking import NOW, ask, derive, derived, job, run
from tests.plugins.ci.flaky_world import NOISY, ORDINARY, RARE, Kind, World

WORLDS = [(seed, kind) for kind in (ORDINARY, RARE, NOISY) for seed in (1, 2)]


async def found(store: Store, settings: Settings | None = None) -> dict[str, Flaky]:
    rows = await find_flaky(derive(store, settings=settings))
    return {row.name: row for row in rows if isinstance(row, Flaky)}


def tried(number: int, sha: str, *results: str, **more: Any) -> list[sdk.Row]:
    """Return a run whose job `test` ended so in its attempts, 90 minutes times its number ago, 10 minutes each."""
    rows: list[sdk.Row] = []
    for attempt, result in enumerate(results, 1):
        start = -90.0 * number + 15 * attempt
        named = {name: value for name, value in more.items() if name in ("event", "repo")}
        rows.append(run(number, result, 1.5 * number, attempt=attempt, sha=sha, **named))
        placed = {name: value for name, value in more.items() if name != "event"}
        rows.append(job("test", start, start + 10, run_id=str(number), attempt=attempt, status=result, **placed))
    return rows


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "kind"), WORLDS)
async def test_in_a_planted_world_nearly_all_flaky_jobs_are_found_and_hardly_any_other(
    store: Store, seed: int, kind: Kind
) -> None:
    world = flaky_world.planted_world(seed, kind)
    await kept(store, world)
    rows = await find_flaky(derive(store, *world.repos()))
    said = {(row.source, row.repo, row.pipeline, row.name) for row in rows if isinstance(row, Flaky) and row.is_flaky}
    precision, recall = len(said & world.planted) / len(said), len(said & world.shown) / len(world.shown)
    print(f"seed {seed}: precision {precision:.3f}, recall {recall:.3f} of {len(world.shown)} flaky among 200 jobs")
    assert len(world.jobs()) == 200
    assert precision >= 0.95
    assert recall >= 0.85


async def kept(store: Store, world: World) -> None:
    for start in range(0, len(world.rows), 5_000):
        await store.write(world.rows[start : start + 5_000])


async def test_a_job_that_passes_when_it_is_run_again_is_flaky_and_its_pair_is_shown(store: Store) -> None:
    await store.write(
        [*tried(9, "a", "failure", "success"), *tried(5, "b", "success"), *tried(2, "c", "failure", "success")]
    )
    row = (await found(store))["test"]
    assert (row.is_flaky, row.flips, row.flaky_failures, row.executions, row.failures) == (True, 2, 2, 5, 2)
    assert row.flake_rate == pytest.approx(2 / 5)
    assert row.minutes_lost == pytest.approx(40)
    assert (row.sha, row.failed_job, row.passed_job) == ("c", "2-1-test", "2-2-test")
    assert (row.failed_run, row.failed_attempt, row.passed_run, row.passed_attempt) == ("2", 1, "2", 2)
    assert row.first_at == NOW - timedelta(hours=1, minutes=90 * 9 - 25)


async def test_two_runs_of_one_commit_count_like_two_attempts(store: Store) -> None:
    await store.write([*tried(8, "a", "failure"), *tried(3, "a", "success", event="schedule")])
    row = (await found(store))["test"]
    assert (row.flips, row.failed_run, row.passed_run) == (1, "8", "3")


async def test_what_a_commit_broke_and_another_repaired_is_not_flaky(store: Store) -> None:
    await store.write([*tried(9, "a", "failure", "failure"), *tried(5, "b", "success")])
    assert await found(store) == {}


async def test_a_pull_request_tests_a_merge_which_a_push_of_the_same_commit_does_not(store: Store) -> None:
    await store.write([*tried(8, "a", "failure", event="pull_request"), *tried(3, "a", "success", event="push")])
    assert await found(store) == {}


@pytest.mark.parametrize(
    "why",
    [{"conclusion": "timed_out"}, {"failed_step": "Set up job"}, {"conclusion": "runner_system_failure"}],
)
async def test_a_failure_that_names_the_platform_is_left_out_with_its_reason(store: Store, why: dict[str, str]) -> None:
    await store.write([row for number in (2, 4, 6) for row in tried(number, f"{number}", "failure", "success", **why)])
    await derived(store)
    (row,) = await ask(store, "flaky")
    flips = await ask(store, "flips")
    assert (row["verdict"], row["flips"], row["left_out"]) == ("– platform", 0, 3)
    assert {flip["reason"] for flip in flips} == {"its conclusion, step or log names the platform"}


async def test_a_log_line_that_names_the_platform_excuses_its_job_alone(store: Store) -> None:
    line = sdk.JobLogLine(
        source="github", job_id="2-1-test", line=7, repo="acme/web", text="The runner has received a shutdown signal."
    )
    await store.write([*tried(2, "a", "failure", "success"), *tried(6, "b", "failure", "success"), line])
    rows = await find_flaky(derive(store))
    assert {row.failed_job: bool(row.reason) for row in rows if isinstance(row, FlakyFlip)} == {
        "2-1-test": True,
        "6-1-test": False,
    }


async def test_an_operator_may_name_more_words_of_the_platform(store: Store) -> None:
    await store.write([*tried(2, "a", "failure", "success", failed_step="Warm the cache")])
    settings = Settings(flaky=Flakiness(infrastructure=["^warm the"]))
    assert ((await found(store))["test"].flips, (await found(store, settings))["test"].flips) == (1, 0)


async def test_jobs_that_fail_together_and_pass_together_are_the_platforms_fault(store: Store) -> None:
    names = ("a", "b", "c", "d")
    rows: list[sdk.Row] = [run(2, "failure", 3), run(2, "success", 3, attempt=2)]
    for attempt, result in ((1, "failure"), (2, "success")):
        rows += [job(name, -9.0 / attempt, 0, run_id="2", attempt=attempt, status=result) for name in names]
    await store.write(rows)
    evidence = await found(store)
    assert [(row.flips, row.excused, row.is_flaky) for row in evidence.values()] == [(0, 1, False)] * 4


async def test_a_stretch_in_which_many_runs_fail_is_an_outage(store: Store) -> None:
    calm = [
        row for number in range(40, 140) for row in tried(number, f"calm {number}", "success", repo=f"acme/{number}")
    ]
    crowd: list[sdk.Row] = []
    for number in range(6):
        crowd += [run(number + 200, "failure", 3, repo=f"acme/{number}", sha="x")]
        crowd += [job("test", -30, -20, run_id=str(number + 200), repo=f"acme/{number}", status="failure")]
    own = [run(2, "failure", 3), run(2, "success", 3, attempt=2)]
    own += [job("test", -31, -21, run_id="2", status="failure"), job("test", 1, 11, run_id="2", attempt=2)]  # type: ignore[list-item]
    await store.write([*calm, *crowd, *own])
    rows = [row for row in await find_flaky(derive(store)) if isinstance(row, FlakyFlip)]
    assert [row.reason for row in rows] == ["many runs failed at once: label "]


async def test_one_flip_among_very_many_executions_is_too_little_evidence(store: Store) -> None:
    calm = [row for number in range(10, 210) for row in tried(number, f"{number}", "success")]
    await store.write([*calm, *tried(2, "a", "failure", "success")])
    row = (await found(store))["test"]
    assert not row.is_flaky
    assert row.evidence.endswith("too few to tell from faults of the platform")


async def test_flips_within_hours_count_as_one_occasion(store: Store) -> None:
    calm = [row for number in range(10, 210) for row in tried(number, f"{number}", "success")]
    near = [row for number in (1, 2) for row in tried(number, f"n{number}", "failure", "success")]
    await store.write([*calm, *near])
    assert not (await found(store))["test"].is_flaky
    await store.write(tried(300, "far", "failure", "success"))
    assert (await found(store))["test"].is_flaky


async def test_the_board_counts_flaky_jobs_and_what_they_cost_in_the_time_range(store: Store) -> None:
    await store.write(
        [*tried(3, "a", "failure", "success"), *tried(9, "b", "failure", "success"), *tried(5, "c", "success")]
    )
    await derived(store)
    assert await ask(store, "flaky_jobs") == [{"value": 1, "sentence": "0 before · test · web 40 %"}]
    assert await ask(store, "flaky_minutes", hours=8) == [{"value": 20.0, "sentence": "▲ 0 % · 1 failures"}]
    (row,) = await ask(store, "flaky")
    assert (row["job_name"], row["verdict"], row["run"], row["passed_run"]) == ("test", "✕ flaky", "3", "3")
    assert [(row["cause"], row["failures"]) for row in await ask(store, "flips_over_time")] == [("flaky", 1)] * 2


def test_the_tail_of_rare_events_is_poissons() -> None:
    assert tail(0, 3.0) == 1.0
    assert tail(1, 0.1) == pytest.approx(0.0951626)
    assert tail(3, 0.5) == pytest.approx(0.01438768)


def test_a_pattern_that_cannot_be_read_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"'\(' is no RE2 pattern"):
        Flakiness(infrastructure=["("])
