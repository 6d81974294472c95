"""Measures the whole server over HTTP: signed webhooks committed a second, and a panel's request from the cache.

Run it as `python bench/server.py`; it starts `opssight serve` on a free port of the loopback, its data in a temporary
folder, sends a bounded number of requests from this process, and counts afterwards what the store holds. It ends with
status 1 where a delivery was lost. Client and server share the machine's processors.
"""

# ruff: noqa: S105, T201  a script that prints, with a secret that is nobody's

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
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
import orjson

from datasource_server.sdk import DELIVERY, JOURNAL
from datasource_server.store import Store

SECRET = "bench"
TOKEN = "bench-token"
CONNECTIONS = 64
DELIVERIES = 12_000
PANELS = 400


def event(number: int, size: int = 3_000) -> bytes:
    """Return a workflow_run event of about `size` bytes, as GitHub sends it."""
    at = f"2026-10-{1 + number % 28:02d}T{number % 24:02d}:{number % 60:02d}:00Z"
    repository = {"full_name": f"acme/service-{number % 40}", "default_branch": "main", "html_url": "https://x.example"}
    run = {
        "id": number,
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
        "html_url": f"https://x.example/runs/{number}",
        "display_title": f"Change {number}",
        "actor": {"login": "ana"},
        "triggering_actor": {"login": "ana"},
        "repository": repository,
        "head_commit": {"message": "x" * size},
        "pull_requests": [],
    }
    return orjson.dumps({"action": "completed", "workflow_run": run, "repository": repository})


def request(number: int, port: int) -> bytes:
    """Return the bytes of a whole signed request."""
    body = event(number)
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST /hooks/github/webhook HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"X-GitHub-Event: workflow_run\r\nX-GitHub-Delivery: {number:08d}\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send(requests: list[bytes], port: int, taken: list[float]) -> Counter[bytes]:
    """Send requests one after the other over one connection; count the answers by their status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    counts: Counter[bytes] = Counter()
    for each in requests:
        began = time.perf_counter()
        writer.write(each)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        taken.append(time.perf_counter() - began)
        counts[head[9:12]] += 1
    writer.close()
    return counts


async def hooks(port: int) -> int:
    """Send all deliveries over many connections; print the rate, return how many were accepted."""
    every = [request(number, port) for number in range(DELIVERIES)]
    taken: list[float] = []
    began = time.perf_counter()
    shares = [send(every[first::CONNECTIONS], port, taken) for first in range(CONNECTIONS)]
    counts = sum(await asyncio.gather(*shares), Counter[bytes]())
    seconds = time.perf_counter() - began
    p50, p99 = (1000 * statistics.quantiles(taken, n=100)[place] for place in (49, 98))
    print(
        f"signed webhooks of 3 KB: {DELIVERIES / seconds:,.0f} /s, p50 {p50:.0f} ms, p99 {p99:.0f} ms, {dict(counts)}"
    )
    return counts[b"202"]


async def panels(port: int) -> None:
    """Ask the same panel again and again; print how long its answer from the cache takes."""
    headers = {"Authorization": f"Bearer {TOKEN}", "X-OpsSight-User": "ana"}
    address = f"http://127.0.0.1:{port}/infinity/frames/ci/pipelines?from=1790000000000&to=1796000000000"
    async with httpx.AsyncClient(headers=headers, trust_env=False) as client:
        taken = []
        for _ in range(PANELS):
            began = time.perf_counter()
            (await client.get(address)).raise_for_status()
            taken.append(1000 * (time.perf_counter() - began))
    print(f"a panel's request from the cache, client included: p50 {statistics.median(taken[5:]):.2f} ms")


async def stored(folder: Path) -> int:
    """Return how many deliveries the store holds, once the server has let go of it."""
    store = Store(folder / "opssight.duckdb", [*DELIVERY, *JOURNAL])
    store.open()
    try:
        return int((await store.rows("SELECT count(*) AS count FROM delivery"))[0]["count"])
    finally:
        store.close()


async def until_ready(port: int) -> None:
    """Wait until the server answers, at most half a minute."""
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(300):
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("the server did not start")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


async def measured(folder: Path, port: int) -> int:
    """Start the server, measure, stop it, and return the exit status."""
    told = {
        "OPSSIGHT_GITHUB__WEBHOOK_SECRET": SECRET,
        "OPSSIGHT_GITHUB__BASE_URL": "http://127.0.0.1:9",
        "OPSSIGHT_TOKENS__INFINITY": TOKEN,
        "OPSSIGHT_SERVER__PORT": str(port),
        "OPSSIGHT_DATA_DIR": str(folder),
    }
    command = [sys.executable, "-m", "datasource_server", "serve", "--log-level", "WARNING"]
    server = subprocess.Popen(command, env=os.environ | told, cwd=folder)  # noqa: ASYNC220  nothing else runs yet
    try:
        await until_ready(port)
        accepted = await hooks(port)
        await panels(port)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    kept = await stored(folder)
    print(f"accepted {accepted:,}, in the store {kept:,}")
    return 0 if kept == accepted == DELIVERIES else 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        sys.exit(asyncio.run(measured(Path(place), free_port())))
