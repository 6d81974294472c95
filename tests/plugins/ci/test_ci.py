"""The CI pack's numbers are those that one counts by hand."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from datasource_server import sdk
from datasource_server.query import Ask, Engine
from datasource_server.sdk.testing import check_connector
from datasource_server.store import Store
from opssight_ci import connector
from opssight_ci.main_branch import MainBranch, judge

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
EVERYBODY = sdk.Caller("ana", sees_all=True)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store with the tables of delivery and of the CI pack."""
    opened = Store(tmp_path / "ci.duckdb", [*sdk.DELIVERY, *sdk.JOURNAL, MainBranch])
    opened.open()
    yield opened
    opened.close()


def run(number: int, status: str, hours_ago: float, **more: Any) -> sdk.PipelineRun:
    created_at = NOW - timedelta(hours=hours_ago)
    ended = status in ("success", "failure", "cancelled")
    values = {
        "source": "github",
        "id": str(number),
        "repo": "acme/web",
        "pipeline": "ci",
        "branch": "main",
        "is_default_branch": True,
        "status": status,
        "actor": f"dev-{number}",
        "sha": f"{number:040d}",
        "created_at": created_at,
        "started_at": created_at + timedelta(seconds=10),
        "finished_at": created_at + timedelta(seconds=10 + 60 * number) if ended else None,
        "queued_seconds": 10,
    }
    return sdk.PipelineRun.model_validate(values | more)


async def ask(store: Store, query: str, hours: float = 24, **params: Sequence[str]) -> list[dict[str, Any]]:
    engine = Engine(store, {"ci": connector})
    chosen = {name: tuple(values) for name, values in params.items()}
    asked = Ask(start=NOW - timedelta(hours=hours), end=NOW, interval_seconds=3600, params=chosen)
    rows: list[dict[str, Any]] = orjson.loads((await engine.run(f"ci/{query}", asked, EVERYBODY, "rows")).body[0])
    return rows


async def judged(store: Store) -> list[MainBranch]:
    return [row for row in await judge(sdk.Derive(store.rows, None)) if isinstance(row, MainBranch)]


@pytest.mark.slow
def test_it_keeps_the_promises_of_the_sdk() -> None:
    check_connector("opssight_ci")


async def test_success_counts_ended_runs_and_compares_with_the_period_before(store: Store) -> None:
    now = [
        run(1, "success", 1),
        run(2, "success", 2),
        run(3, "failure", 3),
        run(4, "cancelled", 4),
        run(5, "running", 0.1),
    ]
    before = [run(6, "success", 30), run(7, "failure", 31)]
    await store.write([*now, *before])
    assert await ask(store, "success_rate") == [{"value": pytest.approx(2 / 3), "sentence": "▲ 16.7 pts · 3 runs"}]


async def test_without_any_run_there_is_no_rate(store: Store) -> None:
    assert await ask(store, "success_rate") == []
    assert await ask(store, "red_pipelines") == []


async def test_a_pipeline_shows_its_last_ten_runs_with_the_newest_at_the_right(store: Store) -> None:
    await store.write([run(number, "failure" if number in (3, 11) else "success", number) for number in range(1, 13)])
    (row,) = await ask(store, "pipelines")
    assert row["last_runs"] == "✓✓✓✓✓✓✓✕✓✓"
    assert (row["runs"], row["failures"], row["last_status"], row["last_run"]) == (12, 2, "success", "1")
    assert row["p50_seconds"] == 390
    assert row["success_rate"] == pytest.approx(10 / 12)


async def test_a_chosen_run_is_shown_whatever_the_time_range(store: Store) -> None:
    await store.write([run(1, "success", 1), run(2, "failure", 900)])
    assert [row["run"] for row in await ask(store, "runs")] == ["1"]
    assert [row["run"] for row in await ask(store, "runs", run=["2"])] == ["2"]


async def test_a_red_branch_names_the_first_failure_behind_the_last_success(store: Store) -> None:
    await store.write([run(4, "success", 9), run(3, "failure", 7), run(2, "failure", 5), run(1, "running", 1)])
    (branch,) = await judged(store)
    assert (branch.status, branch.broken_run, branch.broken_by) == ("failure", "3", "dev-3")
    assert branch.red_since == NOW - timedelta(hours=7)


async def test_a_rerun_that_succeeds_makes_the_branch_green_again(store: Store) -> None:
    await store.write([run(3, "failure", 7), run(3, "success", 7, attempt=2)])
    (branch,) = await judged(store)
    assert (branch.status, branch.red_since, branch.broken_run) == ("success", None, "")


async def test_only_the_changed_repositories_are_judged_again(store: Store) -> None:
    await store.write([run(1, "success", 1), run(2, "success", 1, repo="acme/api")])
    found = await judge(sdk.Derive(store.rows, frozenset({("github", "acme/api")})))
    assert [row.model_dump()["repo"] for row in found] == ["acme/api"]


async def test_an_alert_row_stands_for_every_pipeline_that_ran_also_with_nothing_failed(store: Store) -> None:
    others = [run(3, "success", 1, repo="acme/api"), run(4, "failure", 1, is_default_branch=False, branch="x")]
    await store.write([run(1, "failure", 1), run(2, "failure", 2), *others])
    rows = await ask(store, "failed_runs")
    assert [(row["repo"], row["value"]) for row in rows] == [("acme/api", 0), ("acme/web", 2)]


async def test_log_lines_of_a_run_come_in_order_with_their_level(store: Store) -> None:
    job = sdk.PipelineJob(
        source="github", id="7", run_id="1", repo="acme/web", name="test", status="failure", created_at=NOW
    )
    lines = [
        sdk.JobLogLine(source="github", job_id="7", line=line, repo="acme/web", text=f"line {line}", level=level)
        for line, level in ((9, "info"), (10, "error"))
    ]
    await store.write([run(1, "failure", 1), job, *lines])
    rows = await ask(store, "log", run=["1"])
    assert [(row["body"], row["severity"]) for row in rows] == [("line 9", "info"), ("line 10", "error")]


async def test_deploys_a_day_count_successful_production_deployments(store: Store) -> None:
    made = [
        sdk.Deployment(
            source="github",
            id=f"{place}",
            repo="acme/web",
            environment="production",
            tier="production" if place else "staging",
            status="success" if place < 3 else "failure",
            created_at=NOW - timedelta(hours=place + 1),
        )
        for place in range(4)
    ]
    await store.write(made)
    assert await ask(store, "deploys_a_day", hours=48) == [{"value": 1.0, "sentence": "2 deployments"}]
