"""A program that starts writers, kills each at a random moment, and reports what it finds in the store afterwards.

`python -m tests.server.store.crashing writes|migrations FOLDER ROUNDS SEED` prints one JSON object a round. It forks,
so that a round costs no start of Python: nothing in the parent opens a store or a thread.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from datasource_server.store import Store, StoreOptions

from .samples import TABLES, build, letter, note

OPTIONS = StoreOptions(memory="300MB", threads=1, checkpoint_seconds=0.02)
MIGRATIONS = [
    "ALTER TABLE note RENAME COLUMN count TO amount",
    "UPDATE note SET text = text || '!'",
    "ALTER TABLE note RENAME COLUMN amount TO count",
    "CREATE TABLE note_2 AS SELECT * FROM note",
    "UPDATE note SET count = count + 1",
    "DROP TABLE note_2",
]
ROWS = 3_000


def main(task: str, folder: Path, rounds: int, seed: int) -> None:
    """Run the rounds; each goes on with the store that the one before left behind."""
    chance = random.Random(seed)
    run = {"writes": write_round, "migrations": migration_round}[task]
    for number in range(rounds):
        print(json.dumps(run(folder, number, chance)), flush=True)


def write_round(folder: Path, number: int, chance: random.Random) -> dict[str, object]:
    """Kill a writer, open its store, and compare it with what had been acknowledged."""
    path = folder / "opssight.duckdb"
    acknowledged = forked_and_killed(lambda pipe: keep_writing(path, number, pipe), chance.uniform(0.0, 0.15))
    found = json.loads(forked(lambda pipe: os.write(pipe, json.dumps(contents(path, number)).encode())))
    calls = [int(word) for word in acknowledged.split(b"\n")[:-1]]
    return {
        **found,
        "acknowledged": len(calls),
        "lost": sorted(set(calls) - set(found.pop("calls"))),
    }


def keep_writing(path: Path, number: int, pipe: int) -> None:
    """Write calls of three tables from two threads until killed; say each one's number once it is acknowledged."""
    store = Store(path, TABLES, options=OPTIONS)
    store.open()
    os.write(pipe, b"-1\n")

    def produce(first: int) -> None:
        for call in range(first, 1_000_000, 2):
            identity = f"{number}-{call}"
            rows = [note(f"{identity}-{each}", text="x" * 300) for each in range(call % 5 + 1)]
            done = store.submit([letter(identity, body=str(len(rows)))], rows, [build("same", seconds=float(call))])
            if call % 3 == 0:
                done.result()
                os.write(pipe, f"{call}\n".encode())

    threads = [threading.Thread(target=produce, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def contents(path: Path, number: int) -> dict[str, object]:
    """Open the store and return the calls of a round that are in it, and how many of them are there by half."""
    began = time.monotonic()
    store = Store(path, TABLES, options=OPTIONS)
    store.open()
    seconds = time.monotonic() - began
    with store._database.cursor() as cursor:
        calls = cursor.execute(
            "SELECT CAST(split_part(id, '-', 2) AS BIGINT) FROM letter WHERE split_part(id, '-', 1) = $1", [str(number)]
        ).fetchall()
        halves = cursor.execute(
            """
            SELECT count(*) FROM letter FULL JOIN (
                SELECT split_part(id, '-', 1) || '-' || split_part(id, '-', 2) AS id, count(*) AS rows
                FROM note GROUP BY ALL
            ) AS counted USING (id) WHERE CAST(body AS BIGINT) IS DISTINCT FROM rows
            """
        ).fetchone()
        doubles = cursor.execute("SELECT count(*) - count(DISTINCT id) FROM letter").fetchone()
    store.close()
    return {
        "calls": [-1, *(row[0] for row in calls)],
        "halves": halves[0] if halves else -1,
        "doubles": doubles[0] if doubles else -1,
        "alarms": store.alarms,
        "open_seconds": seconds,
    }


def migration_round(folder: Path, number: int, chance: random.Random) -> dict[str, object]:
    """Kill a store in its migrations; open it again and say whether all of them were applied just once."""
    path = folder / f"{number}.duckdb"
    forked(lambda _pipe: fill(path))
    forked_and_killed(lambda pipe: (os.write(pipe, b"begun"), migrate(path)), chance.uniform(0.01, 0.15))
    found = forked(lambda pipe: os.write(pipe, json.dumps(migrate(path)).encode()))
    return dict(json.loads(found))


def fill(path: Path) -> None:
    """Make a store of the schema before the migrations."""
    store = Store(path, TABLES, options=OPTIONS)
    store.open()
    store.submit([note(str(number), text="text", count=0) for number in range(ROWS)]).result()
    store.close()


def migrate(path: Path) -> dict[str, object]:
    """Open the store with migrations and return what became of the rows."""
    store = Store(path, TABLES, migrations={"tests": MIGRATIONS}, options=OPTIONS)
    store.open()
    with store._database.cursor() as cursor:
        rows = cursor.execute("SELECT text, count, count(*) FROM note GROUP BY ALL").fetchall()
        tables = cursor.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'note_2'").fetchall()
    store.close()
    return {"rows": rows, "tables": tables}


def forked_and_killed(run: Callable[[int], object], seconds: float) -> bytes:
    """Run something in a process of its own, kill it `seconds` after its first word, and return what it said."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        in_child(run, writer)
    os.close(writer)
    said = os.read(reader, 100)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return said + read_all(reader)


def forked(run: Callable[[int], object]) -> bytes:
    """Run something in a process of its own and return what it said."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        in_child(run, writer)
    os.close(writer)
    said = read_all(reader)
    _, status = os.waitpid(child, 0)
    assert status == 0, f"a child ended with {status}"
    return said


def in_child(run: Callable[[int], object], pipe: int) -> None:
    """Run and end the process without the parent's clean-up."""
    code = 1
    try:
        run(pipe)
        code = 0
    finally:
        os._exit(code)


def read_all(pipe: int) -> bytes:
    """Return all that was said until nobody is left to speak."""
    parts = []
    while part := os.read(pipe, 65_536):
        parts.append(part)
    os.close(pipe)
    return b"".join(parts)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
