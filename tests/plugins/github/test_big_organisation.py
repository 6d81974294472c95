"""An organisation of 40 repositories and 20,000 runs is read whole from a GitHub that fails at every second answer."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from datasource_server.sdk.journal import CollectorRun

from . import deeds
from .apart import Apart, fake_apart
from .comparing import differences, summary
from .house import House, QuickClock, github_house

FAULTS = ("429", "403_secondary", "429_date", "500", "502", "503")
LONG_AGO = timedelta(days=800)


@pytest.mark.slow
async def test_a_big_organisation_settles_to_the_truth(tmp_path: Path) -> None:
    """check 61: shifting pages, the cap, re-runs, late ends and 50 % faults: no row is missing, none double."""
    await _settle(tmp_path, repos=40, runs=20_000)


async def test_a_smaller_organisation_settles_to_the_truth(tmp_path: Path) -> None:
    """check 61: the same with 4 repositories and 300 runs."""
    await _settle(tmp_path, repos=4, runs=300)


async def _settle(folder: Path, *, repos: int, runs: int) -> None:
    with fake_apart(repos, runs, seed=7, rate=0.5, kinds=FAULTS) as fake:
        begun, cpu = time.perf_counter(), time.process_time()
        clock = QuickClock(fake.begun_at, fake.follow)
        # one connection for each place at the host: looking through idle ones is what costs most
        transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=8, max_keepalive_connections=8))
        settings: dict[str, Any] = {"base_url": fake.url, "token": fake.token, "organizations": ["acme"]}
        settings |= {"repositories": fake.do(deeds.archived)}
        async with github_house(folder, clock=clock, transport=transport, **settings) as house:
            passes = await _passes(house, fake)
            problems = await differences(house, fake.do(deeds.truth))
        asked = fake.do(deeds.figures)
    done = [run for each in passes for run in each]
    print(json.dumps(_figures(passes, asked) | {"wall_s": _since(begun), "cpu_s": round(time.process_time() - cpu, 1)}))
    assert not problems, summary(problems)
    assert 0.4 < sum(asked["faults"].values()) / asked["asked"] < 0.6
    assert all(run.budget_left is not None and run.budget_resets_at for run in done if run.requests)
    assert 0 < sum(run.requests for run in done) <= asked["asked"] + asked["logs"]


async def _passes(house: House, fake: Apart) -> list[list[CollectorRun]]:
    """Collect while the organisation changes under our hands, and then until it has come to rest."""
    fake.do(deeds.shift, 7)
    passes = [await house.collect(since=house.clock.now() - LONG_AGO)]
    fake.do(deeds.shift, 0)
    fake.do(deeds.add_runs, 40)
    rerun = fake.do(deeds.rerun_some, 25)
    assert rerun
    passes.append(await house.collect())
    for _ in range(4):
        house.clock.skip(timedelta(hours=12))
        passes.append(await house.collect())
        if not await differences(house, fake.do(deeds.truth)):
            break
    return passes


def _figures(passes: list[list[CollectorRun]], asked: dict[str, object]) -> dict[str, object]:
    return {
        "passes": len(passes),
        "requests": [sum(run.requests for run in each) for each in passes],
        "rows": [sum(run.rows for run in each) for each in passes],
        "broken_off": sum(bool(run.error) for each in passes for run in each),
        "budget_left": min((run.budget_left or 0) for run in passes[-1] if run.requests),
        **asked,
    }


def _since(begun: float) -> float:
    return round(time.perf_counter() - begun, 1)
