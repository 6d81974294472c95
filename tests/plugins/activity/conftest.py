"""A store for the tests of activity."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from datasource_server.store import Store

from .story import new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store with the tables of delivery and of this plugin."""
    opened = new_store(tmp_path)
    opened.open()
    yield opened
    opened.close()
