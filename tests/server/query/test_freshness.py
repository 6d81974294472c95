"""Every answer says up to which moment the collectors behind it have read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from datasource_server.query import Engine
from datasource_server.query.freshness import Freshness
from datasource_server.sdk import Schedule
from datasource_server.sdk.journal import CollectorRun
from datasource_server.store import Store

from .seeded import ALICE, TEXTS, Written, ask

NOW = datetime.now(UTC).replace(microsecond=0)


def passed(
    collector: str, scope: str, minutes_ago: float, *, source: str = "github", every: float = 300, failed: bool = False
) -> CollectorRun:
    """Return a pass that began to fail, or finished, so many minutes ago."""
    moment = NOW - timedelta(minutes=minutes_ago)
    place = {"source": source, "collector": collector, "scope": scope, "every_seconds": every}
    finished = NOW if failed else moment
    return CollectorRun(**place, started_at=finished, finished_at=finished, succeeded_at=moment)


def fresh(store: Store) -> Freshness:
    """Return a freshness that reads at each ask."""
    seconds = iter(range(1_000_000))
    return Freshness(store, lambda: float(next(seconds)))


async def test_without_a_collector_nothing_is_said(engine: Engine) -> None:
    result = await engine.run("ci/runs", ask(), ALICE)

    assert result.as_of is None


async def test_the_scope_that_is_furthest_behind_counts(store: Store) -> None:
    await store.write(
        [passed("runs", "acme/a", 1), passed("runs", "acme/b", 90, failed=True), passed("jobs", "acme/a", 3)]
    )

    as_of = await fresh(store).as_of(["pipeline_run"])

    assert as_of == NOW - timedelta(minutes=90)


async def test_other_connectors_do_not_count(store: Store) -> None:
    await store.write([passed("runs", "acme/a", 1), passed("jobs", "x", 600, source="jenkins")])
    freshness = fresh(store)

    assert await freshness.as_of(["pipeline_run"]) == NOW - timedelta(minutes=1)
    await store.write([Schedule(source="jenkins", repo="x", pipeline="p", cron="0 0 * * *")])
    assert await freshness.as_of(["pipeline_run", "schedule"]) == NOW - timedelta(minutes=600)
    assert await freshness.as_of(["pipeline_run"]) == NOW - timedelta(minutes=1)


async def test_a_repository_that_is_no_longer_read_does_not_count(store: Store) -> None:
    await store.write([passed("runs", "acme/a", 1), passed("runs", "acme/gone", 60 * 24 * 30)])

    assert await fresh(store).as_of(["pipeline_run"]) == NOW - timedelta(minutes=1)


async def test_a_collector_that_is_meant_to_be_slow_counts_only_when_it_is_late(store: Store) -> None:
    day = 86_400.0
    freshness = fresh(store)
    await store.write([passed("runs", "acme/a", 1), passed("schedules", "acme/a", 60 * 20, every=day)])
    assert await freshness.as_of(["pipeline_run"]) == NOW - timedelta(minutes=1)

    late = NOW - timedelta(hours=50)
    row = passed("schedules", "acme/b", 60 * 50, every=day)
    await store.write([row])

    assert await freshness.as_of(["pipeline_run"]) == late


async def test_an_answer_from_the_cache_says_how_old_the_data_is_now(store: Store) -> None:
    engine = Engine(store, {"ci": Written("ci", TEXTS)})
    first = await engine.run("ci/runs", ask(), ALICE)
    await store.write([passed("runs", "acme/a", 1)])
    engine._freshness._known = (-1, float("-inf"))

    second = await engine.run("ci/runs", ask(), ALICE)

    assert engine.cache.hits == 1
    assert (first.as_of, second.as_of) == (None, NOW - timedelta(minutes=1))
