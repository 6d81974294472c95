"""Where the environment says that everything is there, a test that skips itself has failed."""

import os
from collections.abc import Generator

import pytest

from .repo.sources import ROOT

IS_EVERYTHING_THERE = os.environ.get("OPSSIGHT_REQUIRE_ALL", "") not in {"", "0"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure, but for want of a Grafana or of the recordings beside the project."""
    report = yield
    if (
        IS_EVERYTHING_THERE
        and report.skipped
        and not hasattr(report, "wasxfail")
        and not may_skip(item, str(report.longrepr))
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped, though OPSSIGHT_REQUIRE_ALL is set: {report.longrepr}"
    return report


def may_skip(item: pytest.Item, reason: str) -> bool:
    is_without_grafana = item.get_closest_marker("e2e") is not None and not os.environ.get("GRAFANA_HOME")
    return is_without_grafana or ("shared" in reason and not (ROOT.parent / "shared").is_dir())
