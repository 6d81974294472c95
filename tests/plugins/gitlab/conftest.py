"""Fixtures of the GitLab connector's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes.github import Scale, World, generate_organisation
from tests.fakes.gitlab import FakeGitLab

from .house import House, fake_settings, follow, gitlab_house, quick_clock


@pytest.fixture
def world() -> World:
    """A small organisation as it is now: two repositories, 90 runs."""
    scale = Scale(commits=15)
    return generate_organisation(repos=2, runs=90, seed=11, now=datetime.now(UTC), open_runs=6, scale=scale)


@pytest.fixture
def fake(world: World) -> Iterator[FakeGitLab]:
    """That organisation behind a running fake."""
    with FakeGitLab(world) as running:
        yield running


@pytest.fixture
async def house(fake: FakeGitLab, tmp_path: Path) -> AsyncIterator[House]:
    """A store and the way in, set before the fake."""
    clock = quick_clock(follow(fake))
    async with gitlab_house(tmp_path, clock=clock, **fake_settings(fake)) as opened:
        yield opened
