"""Every query is asked for as Infinity and as alert rules ask, and its answer held against their rules."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import orjson
import pytest
import yaml

from datasource_server.sdk import Query
from tests.contract.boards import ROOT
from tests.contract.conftest import Served
from tests.contract.rules import check_alerts, check_frames, check_rows, check_series, json_kind

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLOCK = re.compile(r"\b((now|today|(get_)?current_\w+|transaction_timestamp)\s*\(|current_timestamp\b)", re.IGNORECASE)
RULES = ROOT / "provisioning" / "alerting" / "opssight-rules.yaml"


def queries(served: Served, *shapes: str) -> list[Query]:
    found = [each for each in served.house.engine.queries.values() if not shapes or each.shape in shapes]
    assert found
    return found


async def rows_of(served: Served, path: str, **params: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads((await served.get(path, **params)).content)
    return rows


async def test_every_query_can_be_used(served: Served) -> None:
    assert served.house.engine.broken == {}


async def test_rows_are_flat_and_of_one_type_a_column(served: Served) -> None:
    for query in queries(served):
        rows = await rows_of(served, f"/infinity/{query.path}")
        check_rows(rows)


async def test_variables_are_texts_and_values(served: Served) -> None:
    for query in queries(served, "variable"):
        rows = await rows_of(served, f"/infinity/{query.path}")
        assert len(rows) <= 1_000
        assert {tuple(row) for row in rows} <= {("text", "value")}, query.path
        assert all(isinstance(value, str) for row in rows for value in row.values()), query.path


async def test_events_have_the_fields_of_annotations_and_their_tags_in_one_text(served: Served) -> None:
    for query in queries(served, "annotations"):
        rows = await rows_of(served, f"/infinity/{query.path}")
        assert rows, query.path
        assert len(rows) <= 500
        for row in rows:
            assert row.keys() >= {"time", "timeEnd", "title", "text", "tags"}
            assert [json_kind(row[name]) for name in ("time", "title", "text", "tags")] == ["number", *["string"] * 3]


async def test_time_series_are_sorted_as_a_whole(served: Served) -> None:
    for query in queries(served, "timeseries"):
        times = [row["time"] for row in await rows_of(served, f"/infinity/{query.path}", interval="1h")]
        assert times, query.path
        assert times == sorted(times), query.path


async def test_alert_rows_have_one_number_and_labels_of_their_own(served: Served) -> None:
    for query in queries(served, "alert"):
        check_alerts(await rows_of(served, f"/alerts/{query.path}"))


async def test_every_alert_rule_finds_its_columns(served: Served) -> None:
    rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    assert rules
    for rule in rules:
        model = rule["data"][0]["model"]
        given = {each["key"]: each["value"] for each in model["url_options"]["params"]}
        own = {name: value for name, value in given.items() if name not in ("from", "to")}
        rows = await rows_of(served, f"/alerts{model['url']}", **own)
        check_alerts(rows)
        kinds = {"string": "string", "number": "number"}
        for column in model["columns"]:
            assert {json_kind(row[column["selector"]]) for row in rows} == {kinds[column["type"]]}, rule["uid"]


async def test_csv_has_a_header_and_as_many_rows_as_json(served: Served) -> None:
    for query in queries(served):
        text = (await served.get(f"/infinity/csv/{query.path}", limit="100")).text
        rows = await rows_of(served, f"/infinity/{query.path}", limit="100")
        header, *lines = list(csv.reader(io.StringIO(text)))
        assert len(lines) == len(rows), query.path
        assert not rows or header == list(rows[0]), query.path
        assert {len(line) for line in lines} <= {len(header)}, query.path


async def test_ready_frames_are_those_that_grafana_takes(served: Served) -> None:
    for query in queries(served):
        frames = orjson.loads((await served.get(f"/infinity/frames/{query.path}", refId="Q", limit="1000")).content)
        check_frames(frames, "Q")
        if query.shape == "timeseries":
            check_series(frames)


async def test_no_query_reads_the_databases_clock(served: Served) -> None:
    """An answer is kept until its rows change: an age must follow from the end of the time range."""
    assert [query.path for query in queries(served) if CLOCK.search(query.sql)] == []


async def test_nothing_found_is_an_empty_list(served: Served) -> None:
    answer = await served.get("/infinity/ci/runs", repo="nobody/nothing")
    assert (answer.status_code, answer.content) == (200, b"[]")
