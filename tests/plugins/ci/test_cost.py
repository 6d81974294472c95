"""Minutes and dollars are those that one counts by hand, and what was of no use is told apart."""

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_ci.prices import HOSTED, price_of
from opssight_ci.settings import Settings
from tests.plugins.ci.asking import ask, derived, job, run

LISTED = tuple(HOSTED.items())


@pytest.mark.parametrize(
    ("labels", "usd"),
    [
        (["ubuntu-latest"], 0.006),
        (["ubuntu-24.04-arm"], 0.005),
        (["ubuntu-latest-16-cores"], 0.042),
        (["windows-2025"], 0.010),
        (["macos-14"], 0.062),
        (["macos-14-xlarge"], 0.102),
        (["self-hosted", "linux", "ubuntu-22.04"], 0.0),
    ],
)
def test_hosted_runners_have_their_published_price_and_own_ones_none(labels: list[str], usd: float) -> None:
    found = price_of(labels, LISTED)
    assert found is not None
    assert found[1] == usd


def test_a_label_that_no_pattern_fits_has_no_price() -> None:
    assert price_of(["big-iron"], LISTED) is None
    assert price_of([], LISTED) is None
    assert price_of([], [("", 0.01), *LISTED]) == ("", 0.01)


async def filled(store: Store, settings: Settings | None = None) -> None:
    """Store four runs: one of use, one failed and then repeated, one cancelled; 4.5 minutes each job."""
    linux, own = ["ubuntu-latest"], ["self-hosted", "gpu"]
    await store.write(
        [
            run(1, "success", 3),
            run(2, "failure", 3),
            run(2, "success", 3, attempt=2),
            run(3, "cancelled", 3),
            job("build", 0, 4.5, run_id="1", runner_labels=linux, team="web"),
            job("train", 0, 4.5, run_id="1", runner_labels=own, team="web"),
            job("build", 0, 4.5, run_id="2", runner_labels=linux, team="web"),
            job("build", 10, 14.5, run_id="2", attempt=2, runner_labels=linux, team="web"),
            job("build", 0, 4.5, run_id="3", runner_labels=linux, team="api"),
            job("open", 0, None, run_id="4", runner_labels=linux),
        ]
    )
    await derived(store, settings=settings)


async def test_each_minute_begun_is_billed_as_github_does(store: Store) -> None:
    await filled(store)
    (row,) = await ask(store, "cost")
    assert row["value"] == pytest.approx(4 * 5 * 0.006)
    assert row["sentence"] == "nothing to compare with"
    assert await ask(store, "minutes") == [{"value": 22.5, "sentence": "5 jobs"}]


async def test_a_price_of_the_settings_comes_first_and_minutes_may_be_billed_by_the_second(store: Store) -> None:
    await filled(store, Settings(prices={"gpu": 1.0}, whole_minutes=False))
    (row,) = await ask(store, "cost")
    assert row["value"] == pytest.approx(4.5 * 1.0 + 4 * 4.5 * 0.006)


async def test_failed_cancelled_and_repeated_runs_are_wasted(store: Store) -> None:
    await filled(store)
    (row,) = await ask(store, "wasted")
    assert row["value"] == pytest.approx(3 / 5)
    assert row["sentence"] == "$0 · 14 min"
    found = {(row["use"], row["minutes"]) for row in await ask(store, "minutes_over_time")}
    assert found == {("useful", 9.0), ("failed", 4.5), ("repeated", 4.5), ("cancelled", 4.5)}
    assert sum(row["usd"] for row in await ask(store, "cost_over_time")) == pytest.approx(0.12)


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("repo", {"acme/web": 22.5}),
        ("pipeline", {"acme/web · ci": 22.5}),
        ("team", {"web": 18.0, "api": 4.5}),
        ("label", {"ubuntu-latest": 18.0, "self-hosted, gpu": 4.5}),
    ],
)
async def test_minutes_are_summed_up_by_what_one_asks_for(store: Store, by: str, names: dict[str, float]) -> None:
    await filled(store)
    rows = await ask(store, "cost_by", by=[by])
    assert {row["name"]: row["minutes"] for row in rows} == names
    assert sum(row["repeated_minutes"] for row in rows) == 4.5


async def test_the_largest_runs_stand_first_with_their_use(store: Store) -> None:
    await filled(store)
    rows = await ask(store, "cost_runs")
    assert [(row["run"], row["attempt"], row["use"]) for row in rows] == [
        ("1", 1, "useful"),
        ("2", 1, "failed"),
        ("2", 2, "repeated"),
        ("3", 1, "cancelled"),
    ]
    assert rows[0]["cost_usd"] == pytest.approx(0.03)


async def test_what_has_no_price_is_said(store: Store) -> None:
    unknown = job("build", 0, 4, runner_labels=["big-iron"])
    await store.write([run(1, "success", 3), unknown])
    await derived(store)
    assert (await ask(store, "cost"))[0]["sentence"].endswith("100 % without a price")
    (row,) = await ask(store, "runner_prices")
    assert (row["usd_a_minute"], row["pattern"]) == (None, "no price is known")


def test_a_price_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        Settings(prices={"gpu": -1})
    assert sdk.ConnectorSettings in Settings.__mro__


async def test_a_service_stands_for_the_repositories_that_deploy_it(store: Store) -> None:
    deployed = sdk.Deployment(
        source="github",
        id="1",
        repo="acme/web",
        service="shop",
        environment="production",
        status="success",
        created_at=job("x", 0, 1).created_at,
    )
    await store.write([deployed, job("build", 0, 2), job("build", 0, 3, run_id="2", repo="acme/api", environment="eu")])
    assert (await ask(store, "minutes"))[0]["value"] == 5
    assert (await ask(store, "minutes", service=["shop"]))[0]["value"] == 2
    assert (await ask(store, "minutes", environment=["eu"]))[0]["value"] == 3
