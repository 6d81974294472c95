"""Fixtures of the fakes' own tests."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from .github import FakeGitHub, World, generate_organisation
from .gitlab import FakeGitLab


@pytest.fixture
def world() -> World:
    """A small organisation of four repositories and 700 runs."""
    return generate_organisation(repos=4, runs=700, seed=5)


@pytest.fixture
def fake(world: World) -> Iterator[FakeGitHub]:
    """A running fake GitHub of that organisation."""
    with FakeGitHub(world) as running:
        yield running


@pytest.fixture
async def client(fake: FakeGitHub) -> AsyncIterator[httpx.AsyncClient]:
    """A client that sends a valid token."""
    async with httpx.AsyncClient(base_url=fake.url, headers=fake.headers, timeout=5) as opened:
        yield opened


@pytest.fixture
def gitlab(world: World) -> Iterator[FakeGitLab]:
    """A running fake GitLab of that organisation."""
    with FakeGitLab(world) as running:
        yield running


@pytest.fixture
async def gitlab_client(gitlab: FakeGitLab) -> AsyncIterator[httpx.AsyncClient]:
    """A client that sends a valid GitLab token."""
    async with httpx.AsyncClient(base_url=gitlab.url, headers=gitlab.headers, timeout=5) as opened:
        yield opened
