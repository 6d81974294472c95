"""Every target of every board is replayed, and its answer held against Grafana's rules for data frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.contract.boards import BOARDS, columns, lanes, panels, variables, wanted_fields
from tests.contract.client import Client, filled, lane_body, panel_body, spelled, variable_body
from tests.contract.conftest import Served
from tests.contract.rules import by_name, check_events, check_frames, check_logs, check_series, measured, rows_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

Json = dict[str, Any]
Chosen = Mapping[str, Sequence[str]]

PANELS = [
    pytest.param(board, panel, id=f"{uid}-{panel['title']}") for uid, board in BOARDS.items() for panel in panels(board)
]
CLIENTS: tuple[Client, ...] = ("ours", "simpod code", "simpod builder")
SHAPES = {"timeseries": check_series, "logs": check_logs}


async def asked(served: Served, board: Json, panel: Json, chosen: Chosen, client: Client = "ours") -> list[Json]:
    targets = [filled(target, chosen, client) for target in panel["targets"]]
    answer: list[Json] = await served.ask("query", panel_body(board, panel, targets, served.span))
    return answer


async def options(served: Served, variable: Json, chosen: Chosen, client: Client = "ours") -> list[Json]:
    answer: list[Json] = await served.ask(
        "variable", variable_body(filled(variable["query"], chosen, client), served.span)
    )
    return answer


async def at_first(served: Served, board: Json) -> dict[str, Sequence[str]]:
    """Return what is chosen when the board opens: all, nothing typed, or the first value."""
    chosen: dict[str, Sequence[str]] = {each["name"]: () for each in board["templating"]["list"]}
    for variable in variables(board):
        if not variable["includeAll"]:
            chosen[variable["name"]] = [(await options(served, variable, chosen))[0]["__value"]]
    return chosen


@pytest.mark.parametrize(("board", "panel"), PANELS)
async def test_a_panel_is_filled_by_frames_that_grafana_takes(served: Served, board: Json, panel: Json) -> None:
    frames = await asked(served, board, panel, await at_first(served, board))

    check_frames(frames, panel["targets"][0]["refId"])
    if check := SHAPES.get(panel["type"]):
        check(frames)
    assert rows_in(frames), "the sandbox fills every panel"
    for frame in frames:
        missing = wanted_fields(panel) - by_name(frame).keys()
        assert not missing, f"the panel names fields that the answer lacks: {missing}"


@pytest.mark.parametrize(("board", "panel"), [each for each in PANELS if columns(each.values[1])])  # type: ignore[arg-type]
async def test_every_series_has_the_look_that_its_board_gives_it(served: Served, board: Json, panel: Json) -> None:
    frames = await asked(served, board, panel, await at_first(served, board))

    if panel["type"] == "timeseries":
        for field in measured(frames):
            assert {field["name"], field["config"].get("displayNameFromDS")} & columns(panel), field["labels"]
    else:
        shown = {each["name"] for frame in frames for each in frame["fields"]}
        assert columns(panel) <= shown
        assert shown == columns(panel) or panel["type"] == "stat", "a column is named, or hidden by name"


@pytest.mark.parametrize("uid", BOARDS)
async def test_variables_offer_texts(served: Served, uid: str) -> None:
    board = BOARDS[uid]
    chosen = await at_first(served, board)
    for variable in variables(board):
        found = await options(served, variable, chosen)
        assert found, variable["name"]
        assert len(found) <= 1_000
        assert all(set(each) == {"__text", "__value"} for each in found)
        assert all(isinstance(text, str) and text for each in found for text in each.values())
        assert len({each["__value"] for each in found}) == len(found)


@pytest.mark.parametrize("uid", [uid for uid, board in BOARDS.items() if list(lanes(board))])
async def test_lanes_hold_events(served: Served, uid: str) -> None:
    board = BOARDS[uid]
    for lane in lanes(board):
        target = filled(lane["target"], await at_first(served, board), "ours")
        frames = await served.ask("query", lane_body(board, target, served.span))
        check_frames(frames, "Anno")
        check_events(frames)
        assert rows_in(frames), lane["name"]


@pytest.mark.parametrize("uid", BOARDS)
async def test_a_choice_narrows_the_board_the_same_in_every_spelling_of_the_clients(served: Served, uid: str) -> None:
    board = BOARDS[uid]
    chosen = await at_first(served, board)
    for variable in variables(board):
        values = [each["__value"] for each in await options(served, variable, chosen)]
        chosen[variable["name"]] = values[:2] if variable["multi"] else values[:1]
    for panel in panels(board):
        ours, *others = [await asked(served, board, panel, chosen, client) for client in CLIENTS]
        check_frames(ours, "A")
        assert others == [ours, ours], panel["title"]


async def test_a_team_sees_its_own_repositories_only_where_it_is_chosen(served: Served) -> None:
    board = BOARDS["opssight-ci"]
    (panel,) = (each for each in panels(board) if each["title"] == "Pipelines")
    for client in CLIENTS:
        (frame,) = await asked(served, board, panel, {**await at_first(served, board), "team": ["checkout"]}, client)
        assert set(by_name(frame)["team"]["values"]) == {"checkout"}
    assert spelled(["a", "b"], "simpod builder") == "(a|b)"


async def test_a_run_that_is_typed_is_the_one_that_is_shown(served: Served) -> None:
    pipeline, run = BOARDS["opssight-pipeline"], BOARDS["opssight-run"]
    (runs,) = (each for each in panels(pipeline) if each["title"] == "Runs")
    (frame,) = await asked(served, pipeline, runs, await at_first(served, pipeline))
    fields = by_name(frame)
    oldest = fields["run"]["values"][-1]
    chosen = {**await at_first(served, run), "run": [oldest]}
    for panel in panels(run):
        for answer in await asked(served, run, panel, chosen):
            shown = by_name(answer).get("run", {"values": [oldest]})["values"]
            assert set(shown) <= {oldest}, panel["title"]
