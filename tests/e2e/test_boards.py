"""Every board in a real Grafana: filled, without an error, on a desk and on a phone, in dark and in light."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.contract.boards import BOARDS
from tests.e2e.browser import IN_TROUBLE, Reader

Json = dict[str, Any]

EMPTY = {"Quarantine", "Gaps", "Requests left"}
"""What a sandbox without troubles has nothing of; the panel says so in words."""
HEIGHTS = {1400: 3_400, 400: 6_400}
"""So high that the whole board is drawn: Grafana leaves out what lies below the fold."""
CELLS = "[role=gridcell], [role=cell]"


def panels_of(board: Json) -> list[Json]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize("width", HEIGHTS)
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("uid", BOARDS)
def test_a_board_is_filled_without_an_error(browser: Reader, uid: str, theme: str, width: int) -> None:
    board = BOARDS[uid]
    panels = panels_of(board)
    browser.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})

    browser.open(f"/d/{uid}?theme={theme}&kiosk", panels=len(panels))
    browser.picture(f"{uid}-{theme}-{width}")

    assert browser.page.locator(IN_TROUBLE).count() == 0, browser.troubles
    assert browser.page.get_by_text("No data", exact=True).count() == 0
    for panel in panels:
        check_panel(browser.panel(panel["title"]), panel)
    scroll = browser.page.evaluate("document.documentElement.scrollWidth")
    assert scroll <= width, "nothing sticks out at the side"
    browser.require_no_trouble()


def check_panel(shown: Locator, panel: Json) -> None:
    """Check that a panel shows rows, or says in its words that there are none."""
    words = panel["fieldConfig"]["defaults"]["noValue"]
    text = shown.inner_text()
    if panel["title"] in EMPTY:
        assert words in text, panel["title"]
        return
    assert words not in text, f"{panel['title']} is empty"
    if panel["type"] in ("timeseries", "barchart"):
        assert shown.locator("canvas").count() == 1, panel["title"]
    if panel["type"] == "timeseries":
        assert shown.locator("[data-testid*='VizLegend series']").count() >= 1, panel["title"]
    elif panel["type"] != "barchart":
        assert text.removeprefix(panel["title"]).strip(), f"{panel['title']} shows nothing"
    if panel["type"] == "table":
        assert shown.locator(CELLS).count() >= 1, panel["title"]
