"""Fixtures: a store with the rows of two teams, and an engine over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from datasource_server.query import Engine
from datasource_server.sdk import DELIVERY, JOURNAL, Row
from datasource_server.store import Store

from .seeded import TEXTS, Written, job, run


@pytest.fixture
async def empty_store(tmp_path: Path) -> AsyncIterator[Store]:
    """An open store without rows."""
    opened = Store(tmp_path / "opssight.duckdb", (*DELIVERY, *JOURNAL))
    opened.open()
    yield opened
    opened.close()


SEED: tuple[list[Row], ...] = (
    [run("1", "a"), run("2", "a", status="failure", branch="main", queued_seconds=12.5)],
    [run("3", "b"), run("4", "b", status="failure"), run("5", "")],
    [job("j1", "a", "1", runner_labels=["linux", "big"]), job("j2", "b", "3"), job("j3", "a", "3")],
)


@pytest.fixture
async def store(empty_store: Store) -> Store:
    """A store with runs and jobs of the teams a and b, and one run that nobody owns."""
    await empty_store.write(*SEED)
    return empty_store


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The same for tests that only read."""
    opened = Store(tmp_path_factory.mktemp("shared") / "opssight.duckdb", (*DELIVERY, *JOURNAL))
    opened.open()
    opened.submit(*SEED).result()
    yield opened
    opened.close()


@pytest.fixture
def engine(shared_store: Store) -> Engine:
    """An engine over the seeded store."""
    return Engine(shared_store, {"ci": Written("ci", TEXTS)})
