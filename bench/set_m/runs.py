"""The company's pipeline runs with their jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

from bench.set_m.organisation import LABELS, Link, Place
from datasource_server import sdk


def runs_of(place: Place, stamp: dict[str, str], chain: Sequence[Link], random: Random) -> Iterator[list[sdk.Row]]:
    """Yield runs with their jobs, a few hundred at a time; every thirtieth is a second attempt of the one before."""
    amounts, rows = place.amounts, list[sdk.Row]()
    counts = _spread(amounts.jobs, amounts.runs)
    for number in range(amounts.runs):
        is_again = number % 30 == 29
        first = number - 1 if is_again else number
        link = chain[first * len(chain) // amounts.runs]
        rows += _run(place, stamp, link, (first, 2 if is_again else 1, counts[number]), random)
        if len(rows) > 4_000:
            yield rows
            rows = []
    yield rows


def _spread(total: int, parts: int) -> list[int]:
    return [total * (each + 1) // parts - total * each // parts for each in range(parts)]


def _run(
    place: Place, stamp: dict[str, str], link: Link, plan: tuple[int, int, int], random: Random
) -> Iterator[sdk.Row]:
    number, attempt, jobs = plan
    created = link.committed_at + timedelta(seconds=30)
    begun = created + timedelta(seconds=random.lognormvariate(2.5, 1) + 1_800 * (attempt - 1))
    seconds = [random.lognormvariate(5, 0.5) for _ in range(jobs)]
    is_red = random.random() < (0.02 if attempt > 1 else 0.09)
    run_id, on_main = f"{place.number}-{number}", number % 2 == 0
    ended = begun + timedelta(seconds=sum(seconds))
    yield sdk.PipelineRun(
        **stamp,
        id=run_id,
        attempt=attempt,
        number=number,
        pipeline=("ci", "ci", "deploy", "nightly")[number % 4],
        branch="main" if on_main else f"change-{number}",
        is_default_branch=on_main,
        sha=link.sha,
        event="push" if on_main else "pull_request",
        actor=link.author,
        title=f"Change {link.sha[:6]}",
        status="failure" if is_red else "success",
        conclusion="failure" if is_red else "success",
        created_at=created,
        started_at=begun,
        finished_at=ended,
        queued_seconds=(begun - created).total_seconds(),
        updated_at=ended,
    )
    at = begun
    for place_in_run, each in enumerate(seconds):
        is_last = place_in_run == jobs - 1
        queued = random.lognormvariate(2, 1)
        yield sdk.PipelineJob(
            **stamp,
            id=f"{run_id}-{attempt}-{place_in_run}",
            run_id=run_id,
            attempt=attempt,
            pipeline=("ci", "ci", "deploy", "nightly")[number % 4],
            branch="main" if on_main else f"change-{number}",
            name=("lint", "build", "unit tests", "integration tests")[place_in_run % 4],
            runner=f"runner-{random.randrange(60)}",
            runner_labels=LABELS[place_in_run % 4],
            status="failure" if is_red and is_last else "success",
            conclusion="failure" if is_red and is_last else "success",
            created_at=at - timedelta(seconds=queued),
            started_at=at,
            finished_at=at + timedelta(seconds=each),
            queued_seconds=queued,
            needs=[("lint", "build", "unit tests")[place_in_run - 1]] if place_in_run else [],
            updated_at=at + timedelta(seconds=each),
        )
        at += timedelta(seconds=each)
