"""Measures the way in: signed deliveries committed a second, and how fast texts are redacted.

Run it as `python bench/ingest.py`; it makes its stores in a temporary folder and ends with status 1 where a delivery
was lost. Beside wall time it says CPU time, which a busy machine disturbs less.
"""

# ruff: noqa: S105, S311, T201  a script that prints, with a secret that is nobody's and the same log each time

from __future__ import annotations

import asyncio
import hashlib
import hmac
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from pydantic import SecretStr

from datasource_server import sdk
from datasource_server.ingest import Ingest
from datasource_server.ingest.redact import redact, redact_json, redact_rows
from datasource_server.plugins import Plugins
from datasource_server.store import Store, StoreOptions

SECRET = "bench"
TASKS = 64
DELIVERIES = 6_000
TEXT_BYTES = 20_000_000


def connector() -> sdk.Connector:
    made = sdk.Connector("opssight_bench")

    @made.receiver(verify=sdk.hmac_sha256("X-Signature", "sha256="), id_header="X-Id", kind_header="X-Kind")
    def hook(delivery: sdk.Delivery) -> list[sdk.Row]:
        """Take runs."""
        run = delivery.json()["run"]
        names = ("id", "repo", "pipeline", "status", "created_at", "updated_at", "title", "sha", "branch")
        return [sdk.PipelineRun(**{name: run[name] for name in names})]

    return made


def body(number: int, size: int) -> bytes:
    """Return one event of about `size` bytes, most of which nobody reads, as forges send them."""
    created = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    address = f"https://forge.internal/acme/service-{number % 40}"
    run = {
        "id": str(number),
        "repo": f"acme/service-{number % 40}",
        "pipeline": "ci",
        "status": "success",
        "created_at": created.isoformat(),
        "updated_at": (created + timedelta(minutes=5)).isoformat(),
        "title": f"Change number {number}",
        "sha": hashlib.sha256(str(number).encode()).hexdigest()[:40],
        "branch": "main",
    }
    filling = {f"part_{place}_url": f"{address}/parts/{place}{{/other}}" for place in range(size // 80)}
    return orjson.dumps({"action": "completed", "run": run, "repository": filling})


async def deliveries(size: int) -> tuple[float, float]:
    """Return how many signed deliveries of this size are committed a second, by 64 tasks, and the CPU ms of each."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "bench.duckdb", [*sdk.DELIVERY, *sdk.JOURNAL], options=StoreOptions())
        store.open()
        plugins = Plugins.empty()
        plugins.connectors["bench"] = connector()
        plugins.configured["bench"] = sdk.ConnectorSettings(webhook_secret=SecretStr(SECRET))
        ingest = Ingest(store, plugins)
        bodies = [body(number, size) for number in range(DELIVERIES)]
        signatures = [hmac.new(SECRET.encode(), each, hashlib.sha256).hexdigest() for each in bodies]
        numbers = iter(range(DELIVERIES))

        async def ask() -> None:
            for number in numbers:
                headers = {"X-Signature": f"sha256={signatures[number]}", "X-Id": str(number), "X-Kind": "run"}
                await ingest.receive("bench", "hook", headers, bodies[number], {})

        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(ask() for _ in range(TASKS)))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        [kept] = await store.rows("SELECT (SELECT count(*) FROM delivery) AS kept, count(*) AS runs FROM pipeline_run")
        await ingest.stop()
        store.close()
    if kept != {"kept": DELIVERIES, "runs": DELIVERIES}:
        raise SystemExit(f"of {DELIVERIES} deliveries the store has {kept}")
    return DELIVERIES / seconds, cpu / DELIVERIES * 1000


def log_text() -> str:
    """Return a log with colours, time stamps and now and then a secret."""
    chance = random.Random(1)
    words = [
        "compiling",
        "token_bucket",
        "src/main.rs:12:5",
        "ok",
        "warning:",
        "0.12s",
        "fetch",
        "https://pkg.internal/x",
    ]
    lines, size = [], 0
    while size < TEXT_BYTES:
        line = "2025-03-01T10:00:00.1234567Z " + " ".join(chance.choices(words, k=9))
        line = f"\x1b[36m{line}\x1b[0m" if chance.random() < 0.3 else line
        line += f" password={chance.randbytes(8).hex()}" if chance.random() < 0.001 else ""
        lines.append(line)
        size += len(line) + 1
    return "\n".join(lines)


def redaction() -> None:
    text = log_text()
    began, cpu = time.perf_counter(), time.process_time()
    redact(text)
    print(f"redact one log:       {_rate(text, began):6.1f} MB/s ({_cpu_rate(text, cpu):.1f} MB/s of CPU time)")
    lines = text.split("\n")[:100_000]
    rows = [sdk.JobLogLine(job_id="1", line=place, repo="a/b", text=line) for place, line in enumerate(lines, 1)]
    began = time.perf_counter()
    redact_rows(rows)
    seconds = time.perf_counter() - began
    print(f"redact 100,000 lines: {len(rows) / seconds:6.0f} rows/s, {sum(map(len, lines)) / 1e6 / seconds:.1f} MB/s")
    event = body(1, 10_000)
    began = time.perf_counter()
    for _ in range(1000):
        redact_json(event)
    print(f"redact a {len(event) / 1000:.0f} KB event: {(time.perf_counter() - began) * 1000:6.0f} µs")


def _rate(text: str, began: float) -> float:
    return len(text) / 1e6 / (time.perf_counter() - began)


def _cpu_rate(text: str, began: float) -> float:
    return len(text) / 1e6 / (time.process_time() - began)


def main() -> None:
    redaction()
    for size in (3_000, 10_000):
        rate, cpu = asyncio.run(deliveries(size))
        print(f"deliveries of {size / 1000:.0f} KB:   {rate:6.0f} /s committed, {cpu:.2f} ms of CPU time each")


if __name__ == "__main__":
    main()
