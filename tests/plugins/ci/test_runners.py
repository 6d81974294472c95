"""How many jobs ran at once, on how many runners, is what one counts minute by minute."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasource_server import sdk
from datasource_server.store import Store
from tests.plugins.ci.asking import NOW, ask, job, run

LINUX, GPU = ["ubuntu-latest"], ["self-hosted", "gpu"]


async def filled(store: Store) -> None:
    await store.write(
        [
            job("a", 0, 10, runner_labels=LINUX, runner="one", queued_seconds=5),
            job("b", 5, 15, runner_labels=LINUX, runner="two", queued_seconds=95),
            job("c", 10, 20, runner_labels=LINUX, runner="one", queued_seconds=5, status="failure"),
            job("d", 6, 36, runner_labels=GPU, runner="three"),
            job("e", 50, None, runner_labels=GPU, runner="three"),
            job("before", -30, 3, runner_labels=GPU, runner="four"),
        ]
    )


async def test_labels_show_their_peak_average_and_queue(store: Store) -> None:
    await filled(store)
    rows = {row["runner_label"]: row for row in await ask(store, "runner_labels", hours=1)}
    linux, gpu = rows["ubuntu-latest"], rows["self-hosted, gpu"]
    assert (linux["peak"], linux["jobs"], linux["machines"], linux["queue_p50_seconds"]) == (2, 3, 2, 5)
    assert (linux["average"], linux["utilisation"]) == (pytest.approx(0.5), pytest.approx(0.25))
    assert (gpu["peak"], gpu["busy_hours"]) == (1, pytest.approx((30 + 10 + 3) / 60))


async def test_the_peak_says_when_it_was(store: Store) -> None:
    await filled(store)
    (row,) = await ask(store, "peak_concurrency", hours=1)
    assert (row["value"], row["sentence"]) == (3, "at 02 Nov 11:06 UTC · 1.2 on average")
    assert (await ask(store, "peak_concurrency", hours=1, runner_label=["ubuntu-latest"]))[0]["value"] == 2


async def test_machines_are_busy_and_idle(store: Store) -> None:
    await filled(store)
    rows = {row["runner_name"]: row for row in await ask(store, "runners", hours=1)}
    assert rows["one"]["busy_share"] == pytest.approx(20 / 60)
    assert (rows["one"]["idle_seconds"], rows["three"]["idle_seconds"]) == (2400, 0)
    assert (rows["one"]["failure_rate"], rows["three"]["last_job"]) == (0.5, "e")


async def test_hours_of_the_day_and_the_longest_waits_are_rows(store: Store) -> None:
    await filled(store)
    hours = {row["hour"]: row for row in await ask(store, "busy_hours", hours=2)}
    assert (hours["11:00"]["peak"], hours["11:00"]["jobs"]) == (3, 5)
    assert hours["10:00"]["average"] == pytest.approx(0.5)
    assert (await ask(store, "waiting"))[0]["job_name"] == "b"


async def test_job_numbers_are_told_apart_by_pipeline_and_compared_with_the_period_before(store: Store) -> None:
    old = job("a", -24 * 60, -24 * 60 + 5, run_id="9", runner_labels=LINUX)
    await store.write(
        [run(1, "success", 1), old, job("a", 0, 10, runner_labels=LINUX), job("a", 0, 4, run_id="2", pipeline="x")]
    )
    rows = {row["pipeline"]: row for row in await ask(store, "job_stats")}
    assert (rows["ci"]["p95_seconds"], rows["ci"]["p95_change"], rows["ci"]["runner_label"]) == (
        600,
        1.0,
        "ubuntu-latest",
    )
    assert (rows["x"]["p95_change"], rows["x"]["repo"]) == (None, "acme/web")


spans = st.lists(st.tuples(st.integers(-90, 170), st.integers(1, 120)), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=spans)
async def test_concurrency_by_hour_is_what_one_counts_minute_by_minute(
    store: Store, spans: list[tuple[int, int]]
) -> None:
    begin = NOW - timedelta(hours=3)
    jobs = [
        job(f"{place}", start - 120, start - 120 + length).model_copy(update={"created_at": begin - timedelta(hours=2)})
        for place, (start, length) in enumerate(spans)
    ]
    await store.write(sdk.Replacement(sdk.PipelineJob, []))
    await store.write(jobs)
    rows = await ask(store, "concurrency", hours=3)
    levels = [sum(start <= minute < start + length for start, length in spans) for minute in range(180)]
    hours = [levels[place : place + 60] for place in (0, 60, 120)]
    expected = [(max(hour), pytest.approx(sum(hour) / 60)) for hour in hours] if any(levels) else []
    assert [(row["peak"], row["average"]) for row in rows] == expected
