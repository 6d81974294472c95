"""The boards of CI lead from each number to its rows."""

import re

from datasource_server.sdk import Dashboard, Panel
from opssight_ci.boards import BOARDS

ROWS = {
    "opssight-ci": {"14": "Deployments"},
    "opssight-flaky": {"5": "Failures counted and left out"},
    "opssight-ci-cost": {"10": "Largest runs"},
    "opssight-main-branch": {"3": "Main branch", "6": "Times of red"},
    "opssight-runners": {"5": "By runner label", "8": "Longest waits"},
    "opssight-schedules": {"4": "Due moments"},
}


def linked(board: Dashboard) -> dict[str, str]:
    """Return the numbers of the panels that the board's links open, with the titles that stand there."""
    numbers = re.findall(rf"/d/{board.uid}\?[^']*?viewPanel=(\d+)", repr(board))
    titles = {str(number): panel.title for number, panel in enumerate(board.panels, 1)}
    return {number: titles[number] for number in numbers}


def test_a_link_to_the_rows_counted_opens_the_panel_that_holds_them() -> None:
    assert {board.uid: found for board in BOARDS if (found := linked(board))} == ROWS


def test_every_answer_leads_somewhere() -> None:
    tiles = [
        (board.uid, panel.title)
        for board in BOARDS
        if board.uid not in ("opssight-run", "opssight-freshness")
        for panel in board.panels
        if isinstance(panel, Panel) and panel.type == "stat" and not panel.links and not panel.defaults.get("links")
    ]
    assert tiles == []


def test_every_table_leads_to_a_run_or_stands_for_many() -> None:
    sums = {"By repository", "By workflow", "By team", "By runner label", "Prices", "Hours of the day", "Jobs by p95"}
    sums |= {"Time to green by team", "Time to green by repository", "Collectors", "Quarantine", "Gaps", "Steps"}
    for board in BOARDS:
        for panel in board.panels:
            if isinstance(panel, Panel) and panel.type == "table" and panel.title not in sums:
                urls = [link.url for column in panel.columns for link in column.links]
                assert any("opssight-run" in url or "fields.url" in url for url in urls), (board.uid, panel.title)
