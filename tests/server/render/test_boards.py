"""Every rendered board keeps the manners of boards: a linter over what Grafana will read."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from datasource_server import sdk
from datasource_server.plugins import Plugins
from datasource_server.render import Places, boards, dashboard_json, provisioning, render_all, rendered
from datasource_server.settings import Settings

ROOT = Path(__file__).parents[3]
Json = dict[str, Any]

CONNECTORS = Plugins.load(Settings()).connectors
BOARDS: dict[str, Json] = {path: orjson.loads(text) for path, text in boards(CONNECTORS).items()}
QUERIES = {query.path: query for each in CONNECTORS.values() for query in each.queries().values()}
NEEDS_UNIT = {"stat", "timeseries", "bargauge"}


def panels(board: Json) -> Iterator[Json]:
    yield from (panel for panel in board["panels"] if panel["type"] != "row")


def targets(board: Json) -> Iterator[Json]:
    for panel in panels(board):
        yield from panel["targets"]
    yield from (each["query"] for each in board["templating"]["list"] if each["type"] == "query")
    yield from (each["target"] for each in board["annotations"]["list"] if "target" in each)


def test_what_is_committed_is_what_is_rendered() -> None:
    files = rendered(CONNECTORS)
    stale = [path for path, text in files.items() if not (ROOT / path).is_file() or (ROOT / path).read_text() != text]
    assert stale == [], "run `opssight render`"
    committed = {str(path.relative_to(ROOT)) for path in ROOT.glob("dashboards/*/*.json")}
    assert committed == set(BOARDS)


def test_uids_and_titles_are_unique_and_short() -> None:
    uids = [board["uid"] for board in BOARDS.values()]
    assert len(set(uids)) == len(uids)
    assert all(re.fullmatch(r"[a-z0-9-]{1,40}", uid) for uid in uids)
    assert len({board["title"] for board in BOARDS.values()}) == len(BOARDS)


@pytest.mark.parametrize("path", BOARDS)
class TestBoard:
    def test_it_is_classic_and_says_what_it_answers(self, path: str) -> None:
        board = BOARDS[path]
        assert board["schemaVersion"] == 41
        assert board["description"].endswith(".")
        assert "opssight" in board["tags"]

    def test_its_panels_have_ids_titles_descriptions_units_and_words_for_empty(self, path: str) -> None:
        board = BOARDS[path]
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)
        for panel in panels(board):
            assert panel["description"].endswith("."), panel["title"]
            assert panel["fieldConfig"]["defaults"]["noValue"], panel["title"]
            assert panel["type"] not in NEEDS_UNIT or panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        titles = [(panel["type"], panel["title"]) for panel in panels(board)]
        assert len(set(titles)) == len(titles)

    def test_no_panel_lies_over_another_or_off_the_grid(self, path: str) -> None:
        taken: set[tuple[int, int]] = set()
        for panel in BOARDS[path]["panels"]:
            place = panel["gridPos"]
            cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
            assert not cells & taken, panel["title"]
            assert place["x"] + place["w"] <= 24, panel["title"]
            taken |= cells

    def test_every_target_is_a_query_and_its_payload_its_parameters(self, path: str) -> None:
        for target in targets(BOARDS[path]):
            assert target["datasource"] == {"type": "opssight-datasource", "uid": "opssight"}
            assert target["target"] in QUERIES
            assert set(target["payload"]) <= set(QUERIES[target["target"]].parameters())

    def test_every_variable_is_used_and_every_payload_names_one(self, path: str) -> None:
        board = BOARDS[path]
        names = [each["name"] for each in board["templating"]["list"]]
        payloads = [value for target in targets(board) for value in target["payload"].values()]
        used = {name for value in payloads for name in re.findall(r"\$\{(\w+):json\}", value)}
        assert used == set(names)
        order = [name for name in ("team", "service", "repo", "environment", "pipeline", "branch") if name in names]
        assert [name for name in names if name in order] == order

    def test_every_link_within_leads_to_a_board(self, path: str) -> None:
        uids = {board["uid"] for board in BOARDS.values()}
        found = re.findall(r'"(?:url)":\s*"/d/([a-z0-9-]+)', orjson.dumps(BOARDS[path]).decode())
        assert found
        assert set(found) <= uids

    def test_no_series_or_cell_speaks_by_colour_alone(self, path: str) -> None:
        for panel in panels(BOARDS[path]):
            mappings = [
                entry["value"]
                for override in panel["fieldConfig"]["overrides"]
                for entry in override["properties"]
                if entry["id"] == "mappings"
            ]
            of_words = [part["options"] for mapping in mappings for part in mapping if part["type"] == "value"]
            words = [look["text"] for options in of_words for look in options.values()]
            assert all(len(word.split()) == 2 for word in words), panel["title"]


def test_alert_rules_ask_an_alert_query_by_the_backend_parser_without_variables() -> None:
    text = provisioning(CONNECTORS, Places())["provisioning/alerting/opssight-rules.yaml"]
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    assert rules
    for rule in rules:
        model = rule["data"][0]["model"]
        query = QUERIES[model["url"].removeprefix("/")]
        assert query.shape == "alert"
        assert (model["parser"], model["format"]) == ("backend", "table")
        assert rule["execErrState"] == "Error"
        assert not re.search(r"\$(?!\{__timeFrom\}|\{__timeTo\})", orjson.dumps(model).decode())
        board = next(each for each in BOARDS.values() if each["uid"] == rule["dashboardUid"])
        assert rule["panelId"] in {panel["id"] for panel in panels(board)}


def test_provisioning_names_tokens_only_by_their_environment_variable() -> None:
    text = provisioning(CONNECTORS, Places())["provisioning/datasources/opssight.yaml"]
    found = {each["uid"]: each for each in yaml.safe_load(text)["datasources"]}
    assert set(found) == {"opssight", "opssight-infinity", "opssight-alerting"}
    secrets = [value for each in found.values() for value in each["secureJsonData"].values()]
    assert all(value.startswith(("Bearer $OPSSIGHT_TOKENS__", "$${__user.login}")) for value in secrets)
    assert found["opssight-infinity"]["jsonData"]["allowedHosts"] == ["http://opssight:8000/infinity/"]


def test_a_board_that_no_connector_has_any_more_is_taken_away(tmp_path: Path) -> None:
    stale = tmp_path / "dashboards/team/opssight-gone.json"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}")
    paths = render_all(CONNECTORS, tmp_path)
    assert not stale.exists()
    assert all(path.is_file() for path in paths)


def test_a_heading_begins_a_new_line() -> None:
    panel = sdk.Panel("P", "Says.", "stat", width=6, height=4)
    board = sdk.Dashboard("opssight-x", "X", "Says.", (panel, sdk.Heading("More"), panel))
    places = [each["gridPos"] for each in dashboard_json(board, {})["panels"]]
    assert [(each["x"], each["y"]) for each in places] == [(0, 0), (0, 4), (0, 5)]


def test_a_panel_may_ask_for_wide_intervals_and_its_empty_cells_are_dashes() -> None:
    panel = sdk.Panel(
        "P", "Says.", "table", "x/y", max_points=40, columns=(sdk.Column("a"), sdk.Column("b", hidden=True))
    )
    (found,) = dashboard_json(sdk.Dashboard("opssight-x", "X", "Says.", (panel,)), {})["panels"]
    shown, hidden = ([each["id"] for each in one["properties"]] for one in found["fieldConfig"]["overrides"])
    assert found["maxDataPoints"] == 40
    assert shown == ["noValue"]
    assert hidden == ["custom.hidden"]


def test_a_variable_without_all_takes_its_first_value() -> None:
    variables = (sdk.Variable("a", "A", "x/a"), sdk.Variable("b", "B", "x/b", multi=False, default=""))
    found = dashboard_json(sdk.Dashboard("opssight-x", "X", "Says.", (), variables), {})["templating"]["list"]
    assert [(each["includeAll"], each["current"]) for each in found] == [
        (True, {"text": ["All"], "value": ["$__all"]}),
        (False, {}),
    ]


def test_a_link_to_a_panel_leads_to_the_panel_that_it_names() -> None:
    board = BOARDS["dashboards/team/opssight-ci.json"]
    numbers = re.findall(r"viewPanel=(\d+)", orjson.dumps(board).decode())
    assert {panel["title"] for panel in panels(board) if str(panel["id"]) in numbers} == {"Deployments"}
