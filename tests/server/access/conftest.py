"""Fixtures: a store, a Grafana that signs, and the doors between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pluggy
import pytest

from datasource_server.access import Access, Identity, Teams
from datasource_server.sdk import JOURNAL, hookspecs
from datasource_server.store import Store

from .grafana import TOKENS, TRUST, Clock, SigningGrafana


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open store with OpsSight's own tables."""
    opened = Store(tmp_path / "opssight.duckdb", JOURNAL)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def grafana() -> SigningGrafana:
    """A Grafana that signs identities."""
    return SigningGrafana()


@pytest.fixture
def clock() -> Clock:
    """A clock that the test sets."""
    return Clock()


@pytest.fixture
def hooks() -> pluggy.PluginManager:
    """A plugin manager without plugins."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


@pytest.fixture
def access(store: Store, grafana: SigningGrafana, hooks: pluggy.PluginManager, clock: Clock) -> Access:
    """The doors of a server that trusts this Grafana."""
    identity = Identity(TRUST, grafana.transport(), clock)
    return Access(store, TOKENS, identity, hooks, teams=Teams(store, clock))
