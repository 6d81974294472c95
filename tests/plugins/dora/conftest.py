"""What the tests of DORA stand on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_dora.tables import TABLES


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store with the tables of delivery and of DORA."""
    opened = Store(tmp_path / "dora.duckdb", [*sdk.DELIVERY, *sdk.JOURNAL, *TABLES])
    opened.open()
    yield opened
    opened.close()
