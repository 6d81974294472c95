"""A program that writes until its files may grow no more, then may again, and reports what it saw.

`python -m tests.server.store.filling FOLDER CHECKPOINT_SECONDS` prints one JSON object. The limit on the size of a file
fails writes in the same places as a disk without space.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from datasource_server.sdk import OpsSightError, Overloaded
from datasource_server.store import Store, StoreOptions

from .samples import TABLES, note

LIMIT_BYTES = 1_500_000
ROWS = 20
TRIES = 50
T = TypeVar("T")


async def main(path: Path, checkpoint_seconds: float) -> dict[str, object]:
    """Fill the store, make room, write again, open it once more."""
    options = StoreOptions(memory="300MB", checkpoint_seconds=checkpoint_seconds)
    store = Store(path, TABLES, options=options)
    store.open()
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, hard))
    accepted, refused, wrong_reads = 0, [], 0
    for number in range(40):
        rows = [note(f"{number}-{each}", text=random.randbytes(3_000).hex()) for each in range(ROWS)]
        try:
            await store.write(rows)
            accepted += ROWS
        except OpsSightError as problem:
            refused.append([type(problem).__name__, str(problem)])
        wrong_reads += await count(store) != accepted
    resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
    await patiently(lambda: store.write([note("after")]))
    healed = await count(store)
    store.close()
    store.open()
    reopened = await count(store)
    store.close()
    return {
        "accepted": accepted,
        "refused": refused,
        "wrong_reads": wrong_reads,
        "healed": healed,
        "reopened": reopened,
        "alarms": store.alarms,
    }


async def count(store: Store) -> int:
    """Return how many notes can be read."""
    (row,) = await patiently(lambda: store.rows("SELECT count(*) AS n FROM note"))
    return int(row["n"])


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask again while the store says that it is being opened again, as a client does on a 503."""
    for _ in range(TRIES):
        try:
            return await ask()
        except Overloaded:
            await asyncio.sleep(0.1)
    return await ask()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]) / "opssight.duckdb", float(sys.argv[2])))))
