"""A store for the tests of the CI pack."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_ci import connector


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store with the tables of delivery and of the CI pack."""
    opened = Store(tmp_path / "ci.duckdb", [*sdk.DELIVERY, *sdk.JOURNAL, *connector.tables])
    opened.open()
    yield opened
    opened.close()
