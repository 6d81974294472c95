"""Run it as `python -m bench.set_m`: loads the company, derives, asks every query; `all --share 0.1` takes a tenth.

Each step is a process of its own, so that its memory is its own. It ends with status 1 where a figure is missed.
"""

# ruff: noqa: T201  a script that prints

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import typer

from bench.set_m.asking import ask_all, keys_alone
from bench.set_m.loading import derive, load
from bench.set_m.users import keys_over_http, measure

LOAD_SECONDS, DERIVE_SECONDS, PANEL_SECONDS, MEMORY_MB = 300, 60, 1.0, 1_500
KEYS_TIMES = 1.3

app = typer.Typer(add_completion=False)


@app.command("load")
def load_step(folder: Path, share: float = 1.0) -> None:
    """Load the company into a new store."""
    found = asyncio.run(load(folder, share))
    per_second = found["rows"] / found["seconds"]
    print(f"loaded {found['rows']:,.0f} rows in {found['seconds']:.0f} s ({per_second:,.0f} /s), ", end="")
    print(f"{found['memory_mb']:.0f} MB resident at most")
    sys.exit(found["seconds"] > LOAD_SECONDS or found["memory_mb"] > MEMORY_MB)


@app.command("derive")
def derive_step(folder: Path) -> None:
    """Derive everything from the loaded rows."""
    found = asyncio.run(derive(folder))
    for name, value in found.items():
        print(f"  {name}: {value:,.1f}{'' if name == 'memory_mb' else ' s'}")
    sys.exit(found["all"] > DERIVE_SECONDS or found["memory_mb"] > MEMORY_MB)


@app.command("ask")
def ask_step(folder: Path) -> None:
    """Ask every query of every board over half a year."""
    found = asyncio.run(ask_all(folder))
    for each in found:
        best, first = 1000 * each.best_seconds, 1000 * each.first_seconds
        print(f"  {best:7.0f} ms (first {first:5.0f}) {each.query} [{each.rows} rows]")
    print(f"{len(found)} queries, the slowest {1000 * found[0].best_seconds:.0f} ms")
    sys.exit(found[0].best_seconds > PANEL_SECONDS)


@app.command("keys")
def keys_step(folder: Path) -> None:
    """Ask the four keys of all projects over all time over HTTP, and of DuckDB alone."""
    http, alone = (statistics.median(asyncio.run(ask(folder))) for ask in (keys_over_http, keys_alone))
    print(
        f"four keys, all projects, all time: {1000 * http:.0f} ms over HTTP, {1000 * alone:.0f} ms of DuckDB alone",
        end="",
    )
    print(f" ({http / alone:.2f} times)")
    sys.exit(http > KEYS_TIMES * alone)


@app.command("users")
def users_step(folder: Path) -> None:
    """Let twenty people open boards for a minute and a half, while rows come in."""
    found = asyncio.run(measure(folder))
    slowest = sorted(found.seconds, key=found.p95, reverse=True)
    for query in slowest[:15]:
        print(f"  p95 {1000 * found.p95(query):6.0f} ms of {len(found.seconds[query]):4} {query}")
    count = sum(map(len, found.seconds.values()))
    print(
        f"{count} answers, {found.taken} deliveries taken, {found.refused} refused, {found.memory_mb:.0f} MB resident"
    )
    sys.exit(found.p95(slowest[0]) > PANEL_SECONDS or found.refused > 0 or found.memory_mb > MEMORY_MB)


@app.command("all")
def all_steps(share: float = 1.0, keep: Path | None = None) -> None:
    """Do all of it in a temporary folder, or in one that is kept."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        steps = [
            ["load", str(folder), "--share", str(share)],
            *([step, str(folder)] for step in ("derive", "ask", "keys", "users")),
        ]
        results = [subprocess.run([sys.executable, "-m", "bench.set_m", *step], check=False) for step in steps]
    sys.exit(any(result.returncode for result in results))


if __name__ == "__main__":
    app(sys.argv[1:] or ["all"])
