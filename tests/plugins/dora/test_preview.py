"""What other rules would count is seen before they are saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_dora.deliveries import Raw
from opssight_dora.preview import compare, previewed, read_settings

from .scripted import at
from .values import DEFAULT, deployment, hours, job

NAMED = """
[[dora.rules]]
name = "ship jobs"
kind = "job"
matches = "^ship-(?P<environment>.+)$"
"""


def counts(rows: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    numbers = ("counted_now", "counted_then", "come", "gone")
    return {(row["rule"], row["environment"]): tuple(row[name] for name in numbers) for row in rows}


def raw() -> Raw:
    """Two deployments of a forge and seven jobs that only a name makes deployments."""
    forge = [deployment(id="1", sha="a", finished_at=hours(1)), deployment(id="2", sha="b", finished_at=hours(2))]
    jobs = [
        job(id=str(n), run_id=str(n), name="ship-production", sha=f"s{n}", finished_at=hours(3 + n)) for n in range(7)
    ]
    return Raw(forge, [*jobs, job(id="99", run_id="99", name="ship-staging")])


def test_each_rule_and_environment_shows_what_counts_now_and_then() -> None:
    rows = compare(raw(), DEFAULT, read_settings(NAMED), hours(0))
    assert counts(rows) == {
        ("deployment of the forge", "production"): (2, 0, 0, 2),
        ("ship jobs", "production"): (0, 7, 7, 0),
        ("ship jobs", "staging"): (0, 0, 0, 0),
    }
    ship = next(row for row in rows if row["rule"] == "ship jobs" and row["environment"] == "production")
    assert len(ship["examples_come"]) == 5
    assert ship["examples_come"][0] == "2026-03-02 09:00 acme/web web s6"
    assert next(row for row in rows if row["environment"] == "staging")["taken_then"] == 1


def test_the_same_rules_change_nothing() -> None:
    rows = compare(raw(), DEFAULT, DEFAULT, hours(0))
    assert counts(rows) == {("deployment of the forge", "production"): (2, 2, 0, 0)}
    assert rows[0]["examples_same"] == ["2026-03-02 02:00 acme/web web b", "2026-03-02 01:00 acme/web web a"]


def test_what_lies_before_the_days_is_known_but_not_counted() -> None:
    again = Raw([deployment(id="1", finished_at=hours(1)), deployment(id="2", finished_at=hours(30))])
    (row,) = compare(again, DEFAULT, DEFAULT, hours(24))
    assert (row["taken_now"], row["counted_now"]) == (1, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[dora", "the rules are no TOML"),
        ("[ci]\n", "no table"),
        ("[[dora.rules]]\nname = 'x'\nkind = 'job'\nmatches = '('\n", "dora.rules.0.matches"),
        ("[dora]\ngap = 1\n", "dora.gap: Extra inputs"),
    ],
)
def test_rules_that_can_not_be_read_are_refused_with_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(sdk.ConfigError, match=said):
        read_settings(text)


async def test_a_preview_reads_the_stored_rows_of_the_last_days(store: Store) -> None:
    run = {
        "source": "github",
        "repo": "acme/web",
        "pipeline": "ship",
        "status": "success",
        "created_at": at("03-02 08:00"),
    }
    told = {"name": "ship-production", "run_id": "1", "finished_at": at("03-02 09:00")}
    await store.write([sdk.PipelineRun.model_validate(run | {"id": "1", "sha": "a" * 40})])
    await store.write([sdk.PipelineJob.model_validate(run | told | {"id": "11"})])
    now = at("03-12 08:00")
    found = counts(await previewed(store.rows, DEFAULT, NAMED, 30, now))
    assert found == {("ship jobs", "production"): (0, 1, 1, 0)}
    assert await previewed(store.rows, DEFAULT, NAMED, 2, now) == []
    assert await previewed(store.rows, DEFAULT, NAMED, 30, now + timedelta(days=400)) == []
    with pytest.raises(sdk.ConfigError, match="at least 1"):
        await previewed(store.rows, DEFAULT, "", 0, now)
