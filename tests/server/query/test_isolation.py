"""No caller gets a row of another team, whatever the rows, the teams and the asks are."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasource_server.query import Ask, Engine, Filter, Operator
from datasource_server.sdk import Caller, PipelineJob, PipelineRun, QueryError, Replacement
from datasource_server.store import Store

from .seeded import END, FORMS, START, TEXTS, Written, job, raw, run

TEAMS = st.sampled_from(["a", "b", "c", ""])
ROWS = st.lists(st.tuples(TEAMS, TEAMS, st.sampled_from(["success", "failure", "running"])), max_size=12)
WORDS = st.sampled_from(
    ["a", "b", "c", "", "acme/a", "acme/b", "acme/c", "__all", "success", "' OR true --", ".*", "j1"]
)
KEYS = st.sampled_from(["id", "repo", "team", "status", "name", "runs", "time", "text", "pipeline"])
FILTERS = st.builds(
    Filter, KEYS, st.sampled_from(get_args(Operator)), st.lists(WORDS, min_size=1, max_size=3).map(tuple)
)
NAMES = st.sampled_from(["repo", "status", "label", "count", "team", "teams", "opssight_teams", "from"])
ASKS = st.builds(
    lambda params, filters, limit: Ask(START, END, 3600, params, filters, limit),
    st.dictionaries(NAMES, st.lists(WORDS, max_size=3).map(tuple), max_size=4),
    st.lists(FILTERS, max_size=2).map(tuple),
    st.sampled_from([None, 1, 10**9]),
)
CALLERS = st.lists(TEAMS, max_size=3).map(lambda names: Caller("eve", tuple((name, "lead") for name in names)))


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all examples."""
    with asyncio.Runner() as opened:
        yield opened


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, callers=st.lists(CALLERS, min_size=2, max_size=3), asks=st.lists(ASKS, min_size=1, max_size=2))
def test_no_caller_ever_gets_a_row_of_another_team(
    shared_store: Store, runner: asyncio.Runner, rows: list[tuple[str, str, str]], callers: Any, asks: Any
) -> None:
    """check 02, check 05, check 06, check 09"""
    runs = [run(f"r{place}-{team}-r", team, status=state) for place, (team, _, state) in enumerate(rows)]
    jobs = [job(f"j{place}-{team}-j", team, runs[place].id) for place, (_, team, _) in enumerate(rows)]
    shared_store.submit(Replacement(PipelineRun, runs), Replacement(PipelineJob, jobs)).result()

    leaks = runner.run(_leaks(shared_store, callers, asks))

    assert leaks == []


async def _leaks(store: Store, callers: list[Caller], asks: list[Ask]) -> list[str]:
    engine = Engine(store, {"ci": Written("ci", TEXTS)})
    asked = [(path, each, caller) for path in engine.queries for each in asks for caller in callers] * 2
    answers = await asyncio.gather(*(_all_forms(engine, *one) for one in asked))
    return [f"{one}: {found!r}" for one, found in zip(asked, answers, strict=True) if _foreign(found, one[2])]


async def _all_forms(engine: Engine, path: str, asked: Ask, caller: Caller) -> bytes:
    """Return whatever the engine can be made to say."""
    said: list[bytes] = []
    for form in (*FORMS, "series"):
        try:
            said.append(raw(await engine.run(path, asked, caller, form)))
        except QueryError:
            said.append(b"refused")
    names = (*engine.parameters(path), *(column.name for column in await engine.columns(path)))
    options = [orjson.dumps(await engine.options(path, name, caller)) for name in names]
    return b"\n".join([*said, *options])


def _foreign(said: bytes, caller: Caller) -> bool:
    strangers = {"a", "b", "c", ""} - {name for name in caller.team_names if name}
    marks = [mark for team in strangers for mark in (f"-{team}-r", f"-{team}-j", f"acme/{team or 'nobody'}")]
    return any(mark.encode() in said for mark in marks)
