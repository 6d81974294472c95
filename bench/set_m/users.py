"""Twenty people who open board after board, while two hundred rows a second come in: over HTTP, bounded in time."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
import orjson

from bench.set_m.asking import HALF_A_YEAR, all_time, queries_of
from bench.set_m.organisation import END
from datasource_server.plugins import Plugins
from datasource_server.settings import Settings

USERS, SECONDS, DELIVERIES_A_SECOND = 20, 90, 100
SECRET, TOKEN = "bench", "bench-token"
FIRST = int(time.time()) * 1_000
"""No run of an earlier measurement comes again."""
THINKING_SECONDS = 10.0
"""On average a person looks at a board for so long, before the next one is opened."""


@dataclass(slots=True)
class Measured:
    """How long each query took, how many deliveries were taken, and the server's resident memory in MB."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    taken: int = 0
    refused: int = 0
    memory_mb: float = 0

    def p95(self, query: str) -> float:
        """Return the time that 95 of 100 answers took at most."""
        found = self.seconds[query]
        return statistics.quantiles(found, n=20)[-1] if len(found) > 1 else found[0]


async def measure(folder: Path) -> Measured:
    """Start the server over the folder, let people and a forge use it for a while, stop it."""
    port = _free_port()
    server = _start(folder, port)
    found = Measured()
    try:
        address = f"http://127.0.0.1:{port}"
        await _until_ready(address)
        await _until_derived(address)
        until = time.monotonic() + SECONDS
        people = [_person(address, number, until, found) for number in range(USERS)]
        await asyncio.gather(*people, _forge(address, until, found))
        found.memory_mb = _resident_mb(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    return found


async def keys_over_http(folder: Path, tries: int = 15) -> list[float]:
    """Return how long the server takes for all four keys of all projects over all time, never from its cache."""
    port = _free_port()
    server = _start(folder, port)
    taken = []
    try:
        address = f"http://127.0.0.1:{port}"
        await _until_ready(address)
        headers = {"Authorization": f"Bearer {TOKEN}", "X-OpsSight-User": "olga"}
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60, trust_env=False) as client:
            for number in range(tries):
                ask = all_time(number)
                span = {"from": f"{ask.start.timestamp() * 1000:.0f}", "to": f"{ask.end.timestamp() * 1000:.0f}"}
                began = time.perf_counter()
                (await client.get("/infinity/frames/dora/keys", params=span)).raise_for_status()
                taken.append(time.perf_counter() - began)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    return taken


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    told = {
        "OPSSIGHT_GITHUB__WEBHOOK_SECRET": SECRET,
        "OPSSIGHT_GITHUB__BASE_URL": "http://127.0.0.1:9",
        "OPSSIGHT_TOKENS__INFINITY": TOKEN,
        "OPSSIGHT_TOKENS__ADMIN": TOKEN,
        "OPSSIGHT_SERVER__PORT": str(port),
        "OPSSIGHT_DATA_DIR": str(folder),
    }
    command = [sys.executable, "-m", "datasource_server", "serve", "--log-level", "ERROR"]
    return subprocess.Popen(command, env=os.environ | told, cwd=folder)


def _boards() -> dict[str, list[str]]:
    connectors = Plugins.load(Settings()).connectors.values()
    boards = [board for connector in connectors for board in connector.dashboards]
    return {board.uid: [query for _, query in queries_of(iter([board]))] for board in boards}


async def _person(address: str, number: int, until: float, found: Measured) -> None:
    """Open a board, wait for all its panels, think, open the next; everybody in another order."""
    random, boards = Random(number), _boards()  # noqa: S311
    headers = {"Authorization": f"Bearer {TOKEN}", "X-OpsSight-User": f"person-{number}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60, trust_env=False) as client:
        while time.monotonic() < until:
            await asyncio.sleep(random.uniform(0, 2 * THINKING_SECONDS))
            for batch in _in_sixes(boards[random.choice(sorted(boards))]):
                await asyncio.gather(*(_ask(client, query, found) for query in batch))


def _in_sixes(queries: Sequence[str]) -> list[Sequence[str]]:
    """Part them as a browser does, which has six connections."""
    return [queries[first : first + 6] for first in range(0, len(queries), 6)]


async def _ask(client: httpx.AsyncClient, query: str, found: Measured) -> None:
    span = {"from": f"{(END - HALF_A_YEAR).timestamp() * 1000:.0f}", "to": f"{END.timestamp() * 1000:.0f}"}
    began = time.perf_counter()
    answer = await client.get(f"/infinity/frames/{query}", params=span)
    answer.raise_for_status()
    found.seconds[query].append(time.perf_counter() - began)


async def _forge(address: str, until: float, found: Measured) -> None:
    """Send signed deliveries evenly; each gives a run's row and its own."""
    number = 0
    async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:
        pending: set[asyncio.Task[None]] = set()
        next_at = time.monotonic()
        while time.monotonic() < until:
            number += 1
            task = asyncio.create_task(_deliver(client, number, found))
            pending.add(task)
            task.add_done_callback(pending.discard)
            next_at += 1 / DELIVERIES_A_SECOND
            await asyncio.sleep(max(0.0, next_at - time.monotonic()))
        await asyncio.gather(*pending)


async def _deliver(client: httpx.AsyncClient, number: int, found: Measured) -> None:
    body = _event(number)
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "workflow_run",
        "X-GitHub-Delivery": f"users-{FIRST + number}",
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    answer = await client.post("/hooks/github/webhook", content=body, headers=headers)
    found.taken += answer.status_code == 202
    found.refused += answer.status_code != 202


def _event(number: int) -> bytes:
    at = f"{END:%Y-%m-%d}T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
    name = f"company/project-{number % 150:03d}-a"
    repository = {"full_name": name, "default_branch": "main", "html_url": "https://x.example"}
    run = {
        "id": FIRST + number,
        "name": "ci",
        "run_number": number,
        "run_attempt": 1,
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "head_branch": "main",
        "head_sha": f"{number:040x}",
        "created_at": at,
        "updated_at": at,
        "run_started_at": at,
        "html_url": "https://x.example/runs/1",
        "display_title": "Change",
        "actor": {"login": "ana"},
        "triggering_actor": {"login": "ana"},
        "repository": repository,
        "pull_requests": [],
    }
    return orjson.dumps({"action": "completed", "workflow_run": run, "repository": repository})


async def _until_ready(address: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(600):
            try:
                if (await client.get(f"{address}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
    raise SystemExit("the server did not start")


async def _until_derived(address: str) -> None:
    """Wait until what a crash may have left is derived, at most five minutes."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60, trust_env=False) as client:
        for _ in range(300):
            if '"is_deriving":true' not in (await client.get(f"{address}/admin/status")).text:
                return
            await asyncio.sleep(1)


def _resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
