"""Fixtures of the tests' pack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from datasource_server import sdk
from datasource_server.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store with the tables of delivery."""
    opened = Store(tmp_path / "tests.duckdb", [*sdk.DELIVERY, *sdk.JOURNAL])
    opened.open()
    yield opened
    opened.close()
