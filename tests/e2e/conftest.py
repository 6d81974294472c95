"""One demo and one browser for all of these tests; skipped by name where there is no Grafana or no Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.browser import Reader, chromium, reader
from tests.e2e.deliveries import deliver
from tests.e2e.demo import ROOT, Demo, demo


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The running demo, in which a pipeline has just failed three times."""
    if not os.environ.get("GRAFANA_HOME"):
        pytest.skip("no Grafana: set GRAFANA_HOME")
    if not chromium():
        pytest.skip("no Chromium on PATH")
    assert (ROOT / "grafana" / "dist" / "module.js").is_file(), "the Grafana plugin is not built: run `make panels`"
    with demo(tmp_path_factory.mktemp("demo")) as running:
        for run in (1, 2, 3):
            deliver(running, run, "failure")
        yield running


@pytest.fixture(scope="session")
def browsing(shown: Demo) -> Iterator[Reader]:
    """A signed-in browser."""
    program = chromium()
    assert program
    with reader(shown, program) as found:
        yield found


@pytest.fixture
def browser(browsing: Reader) -> Reader:
    """The browser, as wide as a desk's screen, with nothing gone wrong yet."""
    browsing.page.set_viewport_size({"width": 1400, "height": 900})
    browsing.troubles.clear()
    return browsing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.slow)
