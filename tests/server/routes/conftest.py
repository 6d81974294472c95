"""A running server with rows of two teams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.routes.house import THEIRS, Door, opened, runs, settings_in, teams
from tests.server.routes.probe import PROBE, probe, recorded_names


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """Without a team yet: whoever is known sees all."""
    async with opened(settings_in(tmp_path, **PROBE), probe(), *recorded_names()) as opened_door:
        await opened_door.house.store.write(runs("core", 30), runs("data", 20, THEIRS))
        yield opened_door


@pytest.fixture
async def guarded(door: Door) -> Door:
    """With two teams: alice sees core, bob data, dora both, olga all."""
    await door.house.store.write(teams())
    return door
