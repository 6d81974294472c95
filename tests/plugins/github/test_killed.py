"""A server that is killed at any moment while it collects loses nothing, and ends where an undisturbed one would."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.github import FakeGitHub, Faults, Scale, generate_organisation

from . import deeds
from .comparing import differences, summary
from .house import QuickClock, fake_settings, follow, github_house
from .killed import collect_for_ever, counts

KILLS = 50
FAULTS = ("429", "403_secondary", "500", "502", "reset")


@dataclass(frozen=True, slots=True)
class Size:
    """How large the organisation is, how often its forge fails, and how many commits a process lives at most."""

    repositories: int
    runs: int
    rate: float
    commits: int


SMALL, WHOLE = Size(6, 700, 0.2, 12), Size(40, 20_000, 0.5, 80)
SIZES = [
    pytest.param(SMALL, id="small", marks=pytest.mark.slow),
    pytest.param(WHOLE, id="whole", marks=pytest.mark.bench),
]


@pytest.fixture
def fake(size: Size) -> Iterator[FakeGitHub]:
    """A growing organisation, behind a GitHub that fails at many answers."""
    world = generate_organisation(size.repositories, size.runs, seed=13, now=datetime.now(UTC), scale=Scale(commits=12))
    with FakeGitHub(world, faults=Faults(seed=2, rate=size.rate, kinds=FAULTS), is_slim=True) as running:
        world.follows = running.clock
        yield running


@pytest.mark.parametrize("size", SIZES)
async def test_fifty_kills_lose_nothing(fake: FakeGitHub, size: Size, tmp_path: Path) -> None:
    """check 50: what was acknowledged is there after each kill; check 57: the end is the same."""
    settings, dice = fake_settings(fake), random.Random(50)
    acknowledged: Counter[str] = Counter()
    for _ in range(KILLS):
        acknowledged = _collect_and_kill(tmp_path, settings, acknowledged, dice.randrange(1, size.commits))
        deeds.add_runs(fake, 5)
        deeds.rerun_some(fake, 1)
    fake.faults.is_on = False
    clock = QuickClock(follow=follow(fake))
    async with github_house(tmp_path, clock=clock, **settings) as house:
        stored = await counts(house)
        assert all(stored[table] >= count for table, count in acknowledged.items())
        for _ in range(5):
            clock.skip(timedelta(hours=12))
            await house.collect(since=clock.now() - timedelta(days=800))
            if not (problems := await differences(house, fake.world.truth())):
                break
    assert not problems, summary(problems)


def _collect_and_kill(
    folder: Path, settings: Mapping[str, Any], acknowledged: Counter[str], commits: int
) -> Counter[str]:
    """Let a process collect for some commits and a moment more, kill it, and return what it had acknowledged."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.plugins.github.killed"])
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=collect_for_ever, args=(folder, settings, there), daemon=True)
    process.start()
    there.close()
    found = Counter(_next(here))
    assert all(found[table] >= count for table, count in acknowledged.items()), (found, acknowledged)
    for _ in range(commits):
        found += Counter(_next(here))
    time.sleep(random.random() * 0.05)
    process.kill()
    process.join(10)
    assert process.exitcode == -9
    while here.poll():
        try:
            found += Counter(here.recv())
        except EOFError:
            break
    return found


def _next(line: Connection) -> dict[str, int]:
    assert line.poll(60), "the process said nothing for a minute"
    found: dict[str, int] = line.recv()
    return found
