"""GitLab keeps a pipeline when jobs are retried: its attempts follow from the jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opssight_gitlab.attempts import attempts_of, numbers_of
from opssight_gitlab.rows_jobs import to_jobs
from opssight_gitlab.rows_pipelines import Origin, to_runs

ORIGIN = Origin("acme/web", "main")
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def at(minutes: float) -> str:
    """A moment after noon, as GitLab writes it."""
    return (NOON + timedelta(minutes=minutes)).isoformat().replace("+00:00", ".000Z")


def pipeline(**changes: Any) -> dict[str, Any]:
    """A pipeline that was made at noon."""
    return {
        "id": 7,
        "iid": 3,
        "ref": "main",
        "sha": "a" * 40,
        "status": "success",
        "source": "push",
        "created_at": at(0),
        "updated_at": at(60),
        "finished_at": at(60),
        "user": {"username": "ada"},
        **changes,
    }


def job(
    identity: int, name: str, status: str, made: float, span: tuple[float, float] | None, **more: Any
) -> dict[str, Any]:
    """A job that was made at a minute and ran from one to another."""
    return {
        "id": identity,
        "name": name,
        "stage": "build" if name == "build" else "test",
        "status": status,
        "created_at": at(made),
        "started_at": at(span[0]) if span else None,
        "finished_at": at(span[1]) if span else None,
        "queued_duration": 30.0 if span else None,
        "user": {"username": "ada"},
        "pipeline": {"id": 7},
        "tag_list": ["linux"],
        **more,
    }


RETRIED = [
    job(1, "build", "success", 0, (1, 2)),
    job(2, "unit", "failed", 0, (3, 4)),
    job(3, "unit", "success", 50, (51, 59), user={"username": "bob"}),
]


def test_a_retry_is_an_attempt_of_its_own_with_its_own_begin_end_and_person() -> None:
    first, second = to_runs(pipeline(), RETRIED, ORIGIN)
    assert (first.attempt, first.status, first.conclusion, first.actor) == (1, "failure", "failed", "ada")
    assert (first.started_at, first.finished_at) == (NOON, NOON + timedelta(minutes=4))
    assert (second.attempt, second.status, second.actor) == (2, "success", "bob")
    assert (second.started_at, second.finished_at) == (NOON + timedelta(minutes=50), NOON + timedelta(minutes=60))
    assert {first.id, second.id} == {"7"}
    assert first.created_at == second.created_at == NOON
    assert (first.queued_seconds, second.queued_seconds) == (60.0, 60.0)


def test_what_an_attempt_was_last_told_as_is_older_than_its_successor() -> None:
    """While it was the last, its row had the pipeline's own last change."""
    (before,) = to_runs(pipeline(status="failed", updated_at=at(5), finished_at=at(5)), RETRIED[:2], ORIGIN)
    first, _ = to_runs(pipeline(), RETRIED, ORIGIN)
    assert before.updated_at is not None
    assert first.updated_at is not None
    assert before.updated_at < first.updated_at


def test_jobs_belong_to_the_attempt_that_made_them() -> None:
    rows = {row.id: row for row in to_jobs(pipeline(), RETRIED, ORIGIN)}
    assert {key: row.attempt for key, row in rows.items()} == {"1": 1, "2": 1, "3": 2}
    assert rows["3"].created_at == NOON + timedelta(minutes=50, seconds=30)
    assert rows["3"].needs == ["build"]


def test_a_skipped_job_that_runs_after_a_retry_belongs_to_that_attempt() -> None:
    jobs = [
        job(1, "build", "failed", 0, (1, 2)),
        job(2, "unit", "success", 0, (55, 58)),
        job(3, "build", "success", 50, (51, 54)),
    ]
    assert numbers_of(pipeline(), jobs) == {"1": 1, "2": 2, "3": 2}
    first, second = attempts_of(pipeline(), jobs)
    assert first.conclusion() == "failed"
    assert first.ended_at() == NOON + timedelta(minutes=2)
    assert [each["id"] for each in second.jobs] == [3, 2]


def test_one_job_retried_twice_makes_three_attempts_and_what_was_not_keeps_counting() -> None:
    jobs = [
        job(1, "build", "success", 0, (1, 2)),
        job(2, "unit", "failed", 0, (3, 4)),
        job(3, "unit", "failed", 10, (11, 12)),
        job(4, "unit", "success", 20, (21, 22)),
    ]
    runs = to_runs(pipeline(), jobs, ORIGIN)
    assert [(run.attempt, run.status) for run in runs] == [(1, "failure"), (2, "failure"), (3, "success")]


def test_what_may_fail_fails_no_attempt() -> None:
    jobs = [job(1, "unit", "failed", 0, (1, 2), allow_failure=True), job(2, "unit", "success", 9, (10, 11))]
    first, _ = to_runs(pipeline(), jobs, ORIGIN)
    assert first.status == "success"
    assert to_jobs(pipeline(), jobs, ORIGIN)[0].may_fail


def test_a_pipeline_without_jobs_has_one_attempt() -> None:
    (run,) = to_runs(pipeline(status="failed"), [], ORIGIN)
    assert (run.attempt, run.status, run.queued_seconds) == (1, "failure", None)
    assert run.finished_at == NOON + timedelta(minutes=60)


def test_an_open_pipeline_has_no_end_yet() -> None:
    (run,) = to_runs(pipeline(status="running", finished_at=at(9)), RETRIED[:2], ORIGIN)
    assert (run.status, run.finished_at) == ("running", None)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(0, 20)), max_size=14))
def test_every_job_has_one_attempt_and_attempts_grow_along_each_name(steps: list[tuple[str, bool, int]]) -> None:
    jobs = []
    for place, (name, has_run, late) in enumerate(steps):
        span = (place + late, place + late + 1.0) if has_run else None
        jobs.append(job(place + 1, name, "failed" if has_run else "skipped", place, span))
    numbers, attempts = numbers_of(pipeline(), jobs), attempts_of(pipeline(), jobs)
    for name in "abc":
        own = [numbers[str(each["id"])] for each in jobs if each["name"] == name]
        assert own == sorted(set(own))
    assert [each.number for each in attempts] == list(range(1, len(attempts) + 1))
    assert sum(len(each.own) for each in attempts) == len(jobs)
    assert all(each.ended_at() >= each.begun_at for each in attempts)
