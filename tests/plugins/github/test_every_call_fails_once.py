"""Whichever call of a pass fails, the next pass ends where an undisturbed one would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from datasource_server.sdk import OpsSightError
from datasource_server.store import Change, Commit
from tests.fakes.github import FakeGitHub, Faults, Scale, World, generate_organisation

from .comparing import differences, summary
from .house import House, QuickClock, fake_settings, follow, github_house

KINDS = ("401", "404", "html", "truncated", "410", "403_secondary", "reset", "500")
LONG_AGO = timedelta(days=800)


def tiny() -> World:
    world = generate_organisation(
        1, 5, seed=3, now=datetime.now(UTC), open_runs=1, scale=Scale(commits=2, open_pulls=1)
    )
    next(run for run in world.runs() if run.latest.finished_at < world.now).latest.conclusion = "failure"
    return world


async def _pass(house: House) -> None:
    await house.collect(since=house.clock.now() - LONG_AGO)


@pytest.mark.slow
async def test_every_request_may_fail_once(tmp_path: Path) -> None:
    """check 57: for every k, the k-th request of the first pass fails, in one way after another."""
    world = tiny()
    world.finish_open_runs()
    with FakeGitHub(world, is_slim=True) as fake:
        async with github_house(tmp_path / "0", clock=QuickClock(follow=follow(fake)), **fake_settings(fake)) as house:
            await _pass(house)
            assert await differences(house, world.truth()) == []
        calls = fake.stats.total
        assert calls > 30
        for number in range(1, calls + 1):
            kind = KINDS[number % len(KINDS)]
            fake.faults.at, fake.faults.asked = {number: kind}, 0
            folder = tmp_path / str(number)
            async with github_house(folder, clock=QuickClock(follow=follow(fake)), **fake_settings(fake)) as house:
                await _pass(house)
                fake.faults.at = {}
                await _pass(house)
                problems = await differences(house, world.truth())
                assert not problems, f"request {number}, {kind}: {summary(problems)}"


@pytest.mark.slow
async def test_every_write_may_fail_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """check 57: for every k, the k-th write to the store fails."""
    world = tiny()
    world.finish_open_runs()
    with FakeGitHub(world, faults=Faults(), is_slim=True) as fake:
        number = 0
        while True:
            number += 1
            async with github_house(
                tmp_path / str(number), clock=QuickClock(follow=follow(fake)), **fake_settings(fake)
            ) as house:
                failing = _FailingWrites(house, number)
                monkeypatch.setattr(house.store, "write", failing)
                await _pass(house)
                monkeypatch.setattr(house.store, "write", failing.write)
                await _pass(house)
                problems = await differences(house, world.truth())
                assert not problems, f"write {number}: {summary(problems)}"
                if failing.asked < number:
                    break
    assert number > 20


class _FailingWrites:
    """Fails at one write."""

    def __init__(self, house: House, at: int) -> None:
        self.write, self.at, self.asked = house.store.write, at, 0

    async def __call__(self, *changes: Change) -> Commit:
        self.asked += 1
        if self.asked == self.at:
            raise OpsSightError("the disk is full")
        return await self.write(*changes)
