"""A run's waterfall names the critical path, and how long each job of it ran alone."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasource_server import sdk
from datasource_server.store import Store
from tests.plugins.ci.asking import ask, job, run

Plan = list[tuple[int, int, list[int]]]
"""Of each job: when it began to wait, how long it ran, and the places of the jobs it needs."""


async def waterfall(store: Store, *jobs: sdk.PipelineJob, run_id: str = "1") -> list[dict[str, Any]]:
    await store.write(jobs)
    return await ask(store, "waterfall", run=[run_id])


def path(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows if row["is_critical"]]


async def test_the_path_leads_back_through_what_each_job_waited_for_longest(store: Store) -> None:
    rows = await waterfall(
        store,
        job("lint", 0, 2),
        job("build", 0, 5),
        job("unit", 5, 7, needs=["build"]),
        job("e2e", 6, 14, needs=["build", "lint"]),
    )
    assert path(rows) == ["build", "e2e"]
    assert {row["name"]: row["exclusive_seconds"] for row in rows} == {"lint": 0, "build": 180, "unit": 0, "e2e": 420}
    assert {row["path"] for row in rows} == {"critical path: build → e2e, 93 % of 14.0 min"}
    assert rows[0]["path_share"] == pytest.approx(13 / 14)


async def test_jobs_are_drawn_where_they_waited_and_ran(store: Store) -> None:
    waiting = job("test", 5, 15, needs=["build"]).model_copy(update={"created_at": job("x", 0, 1).created_at})
    rows = await waterfall(store, job("build", 0, 5), waiting)
    assert [row["lane"] for row in rows] == ["█" * 10, "░" * 10 + "█" * 20]


async def test_a_job_without_needs_waits_for_nothing_where_others_name_theirs(store: Store) -> None:
    rows = await waterfall(store, job("build", 0, 5), job("test", 5, 6, needs=["build"]), job("late", 7, 12))
    assert path(rows) == ["late"]


async def test_stages_stand_in_for_needs(store: Store) -> None:
    rows = await waterfall(
        store,
        job("compile", 0, 4, stage="build", id="10"),
        job("docs", 0, 1, stage="build", id="11"),
        job("unit", 4, 6, stage="test", id="12"),
        job("e2e", 5, 9, stage="test", id="13"),
        job("ship", 9, 10, stage="deploy", id="14"),
    )
    assert path(rows) == ["compile", "e2e", "ship"]


async def test_without_needs_and_stages_what_had_ended_before_a_job_was_created_comes_before_it(store: Store) -> None:
    rows = await waterfall(store, job("build", 0, 4), job("lint", 0, 6), job("test", 4, 9))
    assert path(rows) == ["build", "test"]


@pytest.mark.parametrize("name", ["test (3.11, linux)", "test 2/5", "test [aws]", "test / unit"])
async def test_a_need_means_each_job_of_a_matrix(store: Store, name: str) -> None:
    rows = await waterfall(store, job(name, 0, 4), job("lint", 0, 5), job("ship", 5, 6, needs=["test"]))
    assert path(rows) == [name, "ship"]


async def test_each_attempt_has_its_own_path_and_what_it_took_over_is_left_out(store: Store) -> None:
    first = [job("build", 0, 5), job("test", 5, 8, needs=["build"], status="failure")]
    taken_over = job("build", 0, 5, attempt=2)
    again = job("test", 20, 24, attempt=2, needs=["build"])
    await store.write([run(1, "failure", 1), run(1, "success", 1, attempt=2, started_at=again.started_at)])
    rows = await waterfall(store, *first, taken_over, again)
    assert [(row["attempt"], row["name"], row["is_critical"]) for row in rows] == [
        (2, "test", True),
        (1, "build", True),
        (1, "test", True),
    ]
    assert rows[0]["path"] == "critical path: test, 100 % of 4.0 min"


async def test_a_running_job_grows_until_the_end_of_the_time_range(store: Store) -> None:
    rows = await waterfall(store, job("build", 0, 20), job("test", 20, None, needs=["build"]))
    assert (path(rows), rows[1]["duration_seconds"], rows[1]["finished_at"]) == (["build", "test"], 2400, None)


async def test_a_team_sees_the_waterfall_of_its_own_runs_only(store: Store) -> None:
    await store.write([job("build", 0, 5, team="web"), job("build", 0, 5, run_id="2", team="api")])
    caller = sdk.Caller("bo", (("web", "viewer"),))
    assert len(await ask(store, "waterfall", caller=caller, run=["1"])) == 1
    assert await ask(store, "waterfall", caller=caller, run=["2"]) == []


plans = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 20), st.lists(st.integers(0, 9), max_size=3)), min_size=1, max_size=9
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans)
async def test_path_and_time_alone_are_those_that_one_finds_minute_by_minute(store: Store, plan: Plan) -> None:
    jobs = made(plan)
    await store.write(sdk.Replacement(sdk.PipelineJob, []))
    await store.write(jobs)
    rows = {row["name"]: row for row in await ask(store, "waterfall", run=["1"])}
    expected = slow_path(jobs)
    assert [each.name for each in jobs if rows[each.name]["is_critical"]] == sorted(expected)
    assert {name: row["exclusive_seconds"] for name, row in rows.items()} == {
        each.name: alone(each, jobs) * 60 if each.name in expected else 0 for each in jobs
    }


def made(plan: Plan) -> list[sdk.PipelineJob]:
    """Return jobs of which each begins after those earlier ones that it needs."""
    ends: list[int] = []
    jobs = []
    for place, (wait, length, needs) in enumerate(plan):
        needed = sorted({need for need in needs if need < place})
        begin = max([wait, *(ends[need] for need in needed)])
        ends.append(begin + length)
        jobs.append(job(f"j{place}", begin, begin + length, needs=[f"j{need}" for need in needed]))
    return jobs


def slow_path(jobs: Sequence[sdk.PipelineJob]) -> list[str]:
    has_needs = any(each.needs for each in jobs)
    at: sdk.PipelineJob | None = max(jobs, key=_ended)
    found = []
    while at is not None:
        found.append(at.name)
        now = at
        before = [
            each
            for each in jobs
            if each is not now
            and each.finished_at is not None
            and (each.name in now.needs if now.needs else not has_needs and each.finished_at <= now.created_at)
        ]
        at = max(before, key=_ended, default=None)
    return found


def alone(one: sdk.PipelineJob, jobs: Sequence[sdk.PipelineJob]) -> int:
    return sum(all(each is one or minute not in minutes(each) for each in jobs) for minute in minutes(one))


def minutes(one: sdk.PipelineJob) -> range:
    assert one.started_at is not None
    assert one.finished_at is not None
    return range(int(one.started_at.timestamp()) // 60, int(one.finished_at.timestamp()) // 60)


def _ended(one: sdk.PipelineJob) -> tuple[object, ...]:
    return one.finished_at, one.started_at, one.id
