"""The keys of DORA are those that one counts by hand."""

from datetime import timedelta
from statistics import median
from typing import Any

import pytest

from datasource_server.sdk.testing import check_connector
from datasource_server.store import Store
from tests.plugins.dora.asking import (
    FAILED_APART,
    NOW,
    STAGED,
    ask,
    change,
    deployment,
    failed,
    keys,
    undeployed,
    world,
)

HOUR, DAY = 3_600, 86_400


@pytest.mark.slow
def test_it_keeps_the_promises_of_the_sdk() -> None:
    check_connector("opssight_dora")


async def test_frequency_is_the_median_of_active_days_over_whole_weeks_and_empty_weeks_are_zero(store: Store) -> None:
    weeks = [(26.5, 25.5), (), (12.5, 11.5, 10.5), (3.5, 3.4)]  # two days, none, three days, one day with two
    moments = [at for week in weeks for at in week]
    await store.write([deployment(f"d{place}", at) for place, at in enumerate([40, *moments])])
    found = await keys(store)
    assert found["frequency"]["value"] == median([2, 0, 3, 1])
    assert found["frequency"]["band"] == "high"
    assert found["deployments"]["value"] == len(moments)


async def test_weeks_before_the_first_deployment_known_do_not_count(store: Store) -> None:
    await store.write([deployment(f"d{place}", at) for place, at in enumerate((12.5, 11.5, 5.5, 4.5, 3.5, 2.5))])
    assert (await keys(store, days=84))["frequency"]["value"] == median([2, 4])


@pytest.mark.parametrize(("days", "expected"), [(6.9, 7.0 * 3 / 6.9), (3.5, 4.0), (7, 3.0)])
async def test_a_range_without_a_whole_week_counts_as_one(store: Store, days: float, expected: float) -> None:
    await store.write([deployment(f"d{place}", at) for place, at in enumerate((60, 5.5, 2.5, 1.5))])
    assert (await keys(store, days=days))["frequency"]["value"] == pytest.approx(expected)


async def test_a_service_that_no_longer_deploys_is_not_hidden(store: Store) -> None:
    earlier = [deployment(f"d{days}", days) for days in (50, 43, 36, 29)]
    await store.write([*earlier, deployment("d2", 3, service="other")])
    found = await keys(store, service="web")
    assert (found["frequency"]["value"], found["frequency"]["band"]) == (0, "low")
    assert found["frequency"]["sentence"].startswith("low · ▼ 100 %")


async def test_lead_time_is_the_median_of_changes_by_the_deployment_that_brought_them(store: Store) -> None:
    now = [change("a", 1, 2), change("b", 2, 10), change("c", 27, 40), change("d", 3, None, left_out="gap: 70 days")]
    before = [change("e", 30, 5), change("f", 40, 5)]
    await store.write([*now, *before, undeployed("g", 4)])
    lead = (await keys(store))["lead_time"]
    assert (lead["value"], lead["low"], lead["high"]) == (10 * HOUR, 6 * HOUR, 25 * HOUR)
    assert (lead["counted"], lead["left_out"], lead["previous"]) == (3, 2, 5 * HOUR)
    assert lead["sentence"] == "elite · ▲ 100 % · 3 / 2 out"


async def test_fail_rate_counts_deployments_that_failed_their_users_and_keeps_failed_ones_apart(store: Store) -> None:
    rows = [deployment(f"d{place}", place + 0.5) for place in range(8)]
    rows += [
        failed("f1", 1, 2),
        failed("f2", 2, None),
        deployment("x", 3, **FAILED_APART),
        deployment("s", 3, **STAGED),
    ]
    await store.write(rows)
    rate = (await keys(store))["fail_rate"]
    assert rate["value"] == pytest.approx(0.2)
    assert rate["sentence"] == "low · 10 / 1 out"


async def test_recovery_is_of_those_restored_in_the_range_and_the_open_ones_are_left_out(store: Store) -> None:
    restored = [failed("f1", 29, 48), failed("f2", 10, 2), failed("f3", 9, 4)]
    await store.write([*restored, failed("f4", 40, 2), failed("f5", 5, None)])
    recovery = (await keys(store))["recovery"]
    assert (recovery["value"], recovery["counted"], recovery["left_out"]) == (4 * HOUR, 3, 1)
    assert recovery["previous"] == 2 * HOUR


async def test_rework_is_the_share_of_unplanned_deployments_and_has_no_band(store: Store) -> None:
    await store.write([deployment("a", 1, is_rework=True), *(deployment(f"d{place}", 2) for place in range(3))])
    rework = (await keys(store))["rework"]
    assert (rework["value"], rework["band"]) == (0.25, "")


@pytest.mark.parametrize(
    ("year", "rate", "band", "words"),
    [
        ("2021", 15, "elite", "elite"),
        ("2021", 20, "high", "high"),
        ("2021", 30, "medium", "medium"),
        ("2021", 31, "low", "low"),
        ("2023", 5, "elite", "elite"),
        ("2023", 10, "high", "high"),
        ("2023", 15, "medium", "medium"),
        ("2023", 16, "low", "low"),
        ("2024", 4, "elite", "near elite's 5 %"),
        ("2024", 9, "medium", "near medium's 10 %"),
        ("2024", 22, "high", "near high's 20 %"),
        ("2024", 35, "low", "near low's 40 %"),
    ],
)
async def test_fail_rates_have_the_band_of_the_chosen_year(
    store: Store, year: str, rate: int, band: str, words: str
) -> None:
    rows = [failed(f"f{place}", 1, 1) if place < rate else deployment(f"d{place}", 1) for place in range(100)]
    await store.write(rows)
    found = (await keys(store, bands=year))["fail_rate"]
    assert (found["band"], found["sentence"].split(" · ")[0]) == (band, words)


LEAD = {"2021": (0.9, 160, 4_000, 4_400), "2023": (23, 160, 700, 730), "2024": (23, 160, 700, 730)}
RECOVERY = {"2021": (0.9, 23, 160, 170), "2023": (0.9, 23, 160, 170), "2024": (0.9, 23, 25, 170)}


@pytest.mark.parametrize("year", ["2021", "2023", "2024"])
@pytest.mark.parametrize("place", range(4))
async def test_spans_have_the_band_of_the_chosen_year(store: Store, year: str, place: int) -> None:
    bands = ("elite", "high", "medium", "low")
    recovers = ("elite", "high or medium", "low", "low") if year == "2024" else bands
    await store.write([change("c", 1, LEAD[year][place]), failed("f", 20, RECOVERY[year][place])])
    found = await keys(store, bands=year)
    assert (found["lead_time"]["band"], found["recovery"]["band"]) == (bands[place], recovers[place])


@pytest.mark.parametrize(
    ("year", "every", "band"),
    [
        ("2021", 1, "elite"),
        ("2021", 10, "high"),
        ("2021", 100, "medium"),
        ("2023", 1, "elite"),
        ("2023", 4, "high"),
        ("2023", 14, "medium"),
        ("2023", 100, "low"),
        ("2024", 14, "medium"),
        ("2024", 100, "low"),
    ],
)
async def test_frequencies_have_the_band_of_the_chosen_year(store: Store, year: str, every: int, band: str) -> None:
    await store.write([deployment(f"d{day}", day + 0.5) for day in range(0, 400, every)])
    assert (await keys(store, days=364, bands=year))["frequency"]["band"] == band


async def test_nothing_at_all_is_no_row_and_only_left_out_rows_say_so(store: Store) -> None:
    assert await ask(store, "keys") == []
    await store.write([deployment("x", 3, **FAILED_APART)])
    found = await keys(store)
    assert found["deployments"]["sentence"] == "0 / 1 out"
    assert found["fail_rate"]["value"] is None
    assert found["fail_rate"]["sentence"] == "none counted · 0 / 1 out"


async def test_ranges_beyond_thirteen_months_lose_nothing(store: Store) -> None:
    months = [deployment(f"d{place}", 15 + 30 * place) for place in range(40)]
    leads = [change(f"c{place}", 15 + 30 * place, place + 1) for place in range(40)]
    await store.write([*months, *leads])
    found = await keys(store, days=1_300)
    assert (found["deployments"]["value"], found["lead_time"]["counted"]) == (40, 40)
    assert len(await ask(store, "lead_trend", days=1_300)) == 40
    assert sum(row["counted"] for row in await ask(store, "deployment_trend", days=1_300)) == 40


async def test_a_group_is_recomputed_from_its_rows_and_is_no_mean_of_medians(store: Store) -> None:
    one = [change(f"a{place}", 2, 1, service="one", team="red") for place in range(9)]
    two = [change("b", 2, 101, service="two", team="red")]
    await store.write([*one, *two, *(deployment(f"d{name}", 2, service=name, team="red") for name in ("one", "two"))])
    found = {row["name"]: row for row in await ask(store, "scores")}
    assert [found[name]["lead_seconds"] / HOUR for name in ("one", "two", "red · all services", "All teams")] == [
        1,
        101,
        1,
        1,
    ]
    assert list(found) == ["All teams", "red · all services", "one", "two"]


def by_hand(rows: list[Any], days: float) -> dict[str, float | None]:
    """Return the keys of rows, counted without SQL."""
    since = NOW - timedelta(days=days)
    counted = [row for row in rows if row.table == "dora_deployment" and row.is_counted and row.finished_at >= since]
    earlier = [row for row in rows if row.table == "dora_deployment" and row.is_counted]
    leads = [
        row.lead_seconds for row in rows if row.table == "dora_change" and row.is_counted and row.deployed_at >= since
    ]
    restored = [row.restore_seconds for row in earlier if row.restored_at and since <= row.restored_at < NOW]
    weeks = []
    start = NOW - timedelta(days=7)
    first = min(row.finished_at for row in earlier)
    while start >= since and start + timedelta(days=7) > first:
        weeks.append(
            len({row.finished_at.date() for row in counted if start <= row.finished_at < start + timedelta(7)})
        )
        start -= timedelta(days=7)
    return {
        "deployments": len(counted),
        "frequency": median(weeks),
        "lead_time": median(leads),
        "fail_rate": sum(row.is_failure for row in counted) / len(counted),
        "recovery": median(restored) if restored else None,
        "rework": sum(row.is_rework for row in counted) / len(counted),
    }


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("days", [28, 91, 250])
async def test_the_keys_are_those_counted_by_hand_and_the_same_in_the_table(store: Store, seed: int, days: int) -> None:
    rows = world(seed)
    await store.write(rows)
    found = await keys(store, days)
    expected = by_hand(rows, days)
    assert {name: row["value"] for name, row in found.items()} == pytest.approx(expected)
    scores = await ask(store, "scores", days)
    for row in scores:
        same = {name: row[name] for name in ("team", "service") if row[name]}
        own = {"recovery": {"value": None, "band": ""}} | await keys(store, days, **same)
        assert row["days_a_week"] == pytest.approx(own["frequency"]["value"]), row["name"]
        assert row["lead_seconds"] == pytest.approx(own["lead_time"]["value"]), row["name"]
        assert row["fail_rate"] == pytest.approx(own["fail_rate"]["value"]), row["name"]
        assert row["restore_seconds"] == pytest.approx(own["recovery"]["value"]), row["name"]
        initials = [own[key]["band"][:1].upper() or "–" for key in ("frequency", "lead_time", "fail_rate", "recovery")]
        assert row["bands"].split() == initials, row["name"]
