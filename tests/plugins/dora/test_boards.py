"""The boards of DORA: each number leads to the panel that lists its rows."""

import re
from collections.abc import Iterator

import pytest

from datasource_server.sdk import Dashboard, Heading, Panel
from datasource_server.sdk.looks import DATA_AGE, ENVIRONMENT, REPO, SERVICE, TEAM
from opssight_dora import connector
from opssight_dora.boards import BOARDS

BY_UID = {board.uid: board for board in BOARDS}


def panels(board: Dashboard) -> list[Panel]:
    return [panel for panel in board.panels if not isinstance(panel, Heading)]


def tile_links(board: Dashboard) -> Iterator[tuple[Panel, str, str]]:
    """Yield each tile with the title and the address of each of its links."""
    for panel in panels(board):
        for link in panel.defaults.get("links", ()):
            yield panel, link["title"], link["url"]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_a_board_has_the_variables_of_every_board_first_and_its_freshness_last(board: Dashboard) -> None:
    assert board.variables[:4] == (TEAM, SERVICE, REPO, ENVIRONMENT)
    assert board.panels[-1] is DATA_AGE
    assert connector.dashboards == BOARDS
    assert board.uid in ("opssight-delivery", "opssight-lead-time", "opssight-deployments", "opssight-flow")


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_tile_opens_a_table_of_its_rows(board: Dashboard) -> None:
    tiles = [panel for panel in panels(board) if panel.type == "stat" and panel is not DATA_AGE]
    assert len(tiles) == 6
    assert {panel.title for panel, _, _ in tile_links(board)} == {panel.title for panel in tiles}
    for panel, title, url in tile_links(board):
        uid = re.match(r"/d/([a-z-]+)\?", url)
        assert uid, url
        there = BY_UID[uid[1]]
        if number := re.search(r"viewPanel=(\d+)", url):
            opened = panels(there)[int(number[1]) - 1]
            assert opened.type == "table", (panel.title, title)
            is_of_left_out = "left out" in title
            assert (opened.payload.get("counts") == "left out") == is_of_left_out, (panel.title, title)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_links_keep_team_service_repository_environment_and_time(board: Dashboard) -> None:
    for _, _, url in tile_links(board):
        kept = re.findall(r"\$\{(\w+):queryparam\}", url)
        assert kept[:4] == ["team", "repo", "service", "environment"]
        assert "${__url_time_range}" in url
        chosen = re.findall(r"var-(\w+)=", url) + kept
        uid = url.removeprefix("/d/").partition("?")[0]
        assert set(chosen) <= {variable.name for variable in BY_UID[uid].variables}


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_a_table_shows_eight_columns_at_most_and_the_first_one_tells_what_it_is(board: Dashboard) -> None:
    tables = [panel for panel in panels(board) if panel.type == "table"]
    assert tables
    for panel in tables:
        shown = [column for column in panel.columns if not column.hidden]
        assert len(shown) <= 8, panel.title
        assert panel.empty.startswith(("No", "Nothing")), panel.title


def test_the_same_keys_are_asked_the_same_way_on_every_board() -> None:
    asked = {
        (panel.payload["key"], panel.title) for board in BOARDS for panel in panels(board) if "key" in panel.payload
    }
    titles = dict(asked)
    assert len(asked) == len(titles)
    assert set(titles) == {"deployments", "frequency", "lead_time", "fail_rate", "recovery", "rework"}
