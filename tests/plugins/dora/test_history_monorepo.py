"""A monorepo, written with real git, has deployments and lead times by service."""

from __future__ import annotations

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_dora.settings import Settings

from .derived import derive, table
from .scripted import Scripted

HOUR = 3_600.0
BY_PATH = Settings.model_validate({"services": {"cart": {"repos": ["acme/shop"], "paths": ["/cart/"]}}})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Scripted:
    """Two services and a document, each commit to one of them, deployed apart."""
    it = Scripted(tmp_path_factory.mktemp("scripted") / "shop", repo="acme/shop")
    it.commit("Begin cart", "03-02 08:00", "cart/app.py")
    first = it.commit("Begin search", "03-02 08:30", "search/app.py")
    it.deploy("cart-1", first, "03-02 09:00", service="cart")
    it.deploy("search-1", first, "03-02 09:00", service="search")
    it.commit("Add discounts", "03-02 10:00", "cart/discounts.py")
    it.commit("Rank results", "03-02 11:00", "search/rank.py")
    it.commit("Write it down", "03-02 11:30", "README")
    last = it.commit("Fix discounts", "03-02 12:00", "cart/discounts.py")
    it.deploy("cart-2", last, "03-02 13:00", service="cart")
    it.deploy("search-2", last, "03-02 14:00", service="search")
    it.commit("Sort discounts", "03-02 15:00", "cart/discounts.py")
    return it


def owners() -> list[sdk.Row]:
    rule = {"source": "git", "repo": "acme/shop"}
    paths = (("/cart/", "cart"), ("/search/", "search"))
    return [
        sdk.PathOwner.model_validate(rule | {"place": place, "pattern": pattern, "service": service})
        for place, (pattern, service) in enumerate(paths, 1)
    ]


async def told(store: Store) -> dict[str, tuple[float | None, int]]:
    rows = await table(store, "dora_deployment")
    return {name: (row["lead_seconds"], row["change_count"]) for name, row in rows.items()}


async def test_each_service_counts_the_commits_to_its_own_paths(shop: Scripted, store: Store) -> None:
    await derive(store, [*shop.rows(), *owners()])
    # cart: written 10:00 and 12:00, out at 13:00 (3 h, 1 h); search: written 11:00, out at 14:00
    assert await told(store) == {
        "cart-1": (None, 0),
        "search-1": (None, 0),
        "cart-2": (2 * HOUR, 2),
        "search-2": (3 * HOUR, 1),
    }
    changes = await store.rows("SELECT service, title, left_out FROM dora_change WHERE left_out NOT LIKE 'first%'")
    assert {(row["service"], row["title"], row["left_out"]) for row in changes} == {
        ("cart", "Add discounts", ""),
        ("cart", "Fix discounts", ""),
        ("search", "Rank results", ""),
        ("cart", "Sort discounts", "not deployed yet"),
    }


async def test_paths_of_the_settings_part_it_too(shop: Scripted, store: Store) -> None:
    await derive(store, shop.rows(), BY_PATH)
    # search has no paths of its own: all is its that is not cart's, written 11:00 and 11:30
    found = await told(store)
    assert (found["cart-2"], found["search-2"]) == ((2 * HOUR, 2), (2.75 * HOUR, 2))
    changes = await store.rows("SELECT service, title FROM dora_change WHERE is_counted AND deployment_id = 'search-2'")
    assert {(row["service"], row["title"]) for row in changes} == {
        ("search", "Rank results"),
        ("search", "Write it down"),
    }


async def test_without_any_paths_every_service_counts_every_commit(shop: Scripted, store: Store) -> None:
    await derive(store, shop.rows())
    # written 10:00, 11:00, 11:30 and 12:00
    assert await told(store) == {
        "cart-1": (None, 0),
        "search-1": (None, 0),
        "cart-2": (1.75 * HOUR, 4),
        "search-2": (2.75 * HOUR, 4),
    }
