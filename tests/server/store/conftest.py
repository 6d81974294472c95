"""Fixtures: an open store of three small tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from datasource_server.store import Store

from .samples import SMALL, TABLES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store's file lies."""
    return tmp_path / "data" / "opssight.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An open store without rows."""
    opened = Store(path, TABLES, options=SMALL)
    opened.open()
    yield opened
    opened.close()
