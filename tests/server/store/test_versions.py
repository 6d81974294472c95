"""Of two versions of a row the newer stays, in whatever order and company they come."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from itertools import count, pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasource_server.store import Store

from .samples import SMALL, TABLES, Build, build, minute

RANKS = {"queued": 0, "running": 1, "success": 2, "failure": 2}
identities = count()

versions = st.lists(
    st.tuples(st.none() | st.integers(0, 3), st.sampled_from(sorted(RANKS)), st.integers(0, 1_000_000)),
    min_size=1,
    max_size=6,
    unique_by=lambda version: version[2],
)


@pytest.fixture(scope="module")
def shared_store() -> Iterator[Store]:
    """One store for all examples; each takes an id of its own."""
    with tempfile.TemporaryDirectory() as folder:
        opened = Store(Path(folder) / "opssight.duckdb", TABLES, options=SMALL)
        opened.open()
        yield opened
        opened.close()


def written(identity: str, version: tuple[int | None, str, int]) -> Build:
    moment, status, number = version
    return build(identity, updated_at=None if moment is None else minute(moment), status=status, seconds=number)


def rank(version: tuple[int | None, str, int]) -> tuple[int, int]:
    return (-1 if version[0] is None else version[0], RANKS[version[1]])


@settings(max_examples=60, deadline=None)
@given(order=versions, cuts=st.sets(st.integers(1, 5)))
def test_the_newest_version_stays_and_of_equals_the_last(
    shared_store: Store, order: list[tuple[int | None, str, int]], cuts: set[int]
) -> None:
    """Check 37: whatever order the versions come in, and however they are put into batches."""
    identity = str(next(identities))
    newest = max(map(rank, order))
    expected = [version for version in order if rank(version) == newest][-1]
    edges = [0, *sorted(cut for cut in cuts if cut < len(order)), len(order)]

    async def write() -> dict[str, Any]:
        for first, last in pairwise(edges):
            await shared_store.write([written(identity, version) for version in order[first:last]])
        (row,) = await shared_store.rows("SELECT * FROM build WHERE id = $id", id=identity)
        return row

    row = asyncio.run(write())

    assert row["seconds"] == expected[2]
    assert row["status"] == expected[1]


async def test_every_permutation_of_a_life_ends_in_the_same_row(shared_store: Store) -> None:
    """Check 37."""
    life = [(0, "queued", 0), (1, "running", 1), (1, "success", 2), (2, "failure", 3), (None, "queued", 4)]
    ends = set()

    for number, order in enumerate(permutations(life)):
        await asyncio.gather(*(shared_store.write([written(f"life-{number}", version)]) for version in order))
        (row,) = await shared_store.rows("SELECT status, seconds FROM build WHERE id = $id", id=f"life-{number}")
        ends.add((row["status"], row["seconds"]))

    assert ends == {("failure", 3.0)}


async def test_a_version_that_says_nothing_of_its_age_is_the_oldest(shared_store: Store) -> None:
    await shared_store.write([build("aged", updated_at=minute(1), title="dated")])

    await shared_store.write([build("aged", title="undated")])

    assert (await shared_store.rows("SELECT title FROM build WHERE id = 'aged'"))[0]["title"] == "dated"
