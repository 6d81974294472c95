"""Lets the collectors settle: pass after pass, until the store holds what is true."""

from __future__ import annotations

from datetime import timedelta

from datasource_server.sdk.journal import CollectorRun
from tests.fakes.github import World

from .comparing import differences, summary
from .house import House

LONG_AGO = timedelta(days=800)


async def settle(house: House, world: World, passes: int = 6) -> list[CollectorRun]:
    """Collect until nothing differs; an hour goes by between passes."""
    runs, problems = await house.collect(since=house.clock.now() - LONG_AGO), ["not compared yet"]
    for _ in range(passes):
        problems = await differences(house, world.truth())
        if not problems:
            return runs
        house.clock.skip(timedelta(hours=1))
        runs += await house.collect()
    problems = await differences(house, world.truth())
    assert not problems, summary(problems)
    return runs
