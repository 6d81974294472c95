"""Measures how long 1,000 GitHub runs take to become rows: at most 0.1 s of CPU, from the bytes of ten pages.

Run it as `python bench/github_rows.py`. The pages are as large as GitHub's own, with the links that each run repeats.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parents[1]))

from opssight_github.logs import to_log_lines
from opssight_github.rows import to_job, to_run, to_steps
from tests.fakes.github import generate_organisation
from tests.fakes.github.logs import job_log
from tests.fakes.github.shapes_actions import job_shape, run_shape
from tests.fakes.github.site import Site

REPEATS = 9
MOST_SECONDS = 0.1


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the best of some tries."""
    found = []
    for _ in range(REPEATS):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def main() -> int:
    """Print the figures; 1 where 1,000 runs take too long."""
    world, site = generate_organisation(repos=1, runs=1_000, seed=1), Site()
    runs = list(world.runs())
    shapes = [run_shape(site, run, run.latest, world.now) for run in runs]
    pages = [
        orjson.dumps({"total_count": 1_000, "workflow_runs": shapes[at : at + 100]}) for at in range(0, 1_000, 100)
    ]
    jobs = [orjson.dumps([job_shape(site, run, 1, job, world.now) for job in run.latest.jobs]) for run in runs]
    log = job_log(runs[0].latest.jobs[0], "m" * 40) * 400
    read_runs = cpu(
        lambda: [to_run(run, default_branch="main") for page in pages for run in orjson.loads(page)["workflow_runs"]]
    )
    read_jobs = cpu(
        lambda: [
            row
            for page in jobs
            for job in orjson.loads(page)
            for row in (to_job(job, repo="r"), *to_steps(job, repo="r"))
        ]
    )
    read_log = cpu(lambda: to_log_lines(log, job_id="1", repo="r"))
    console = Console()
    size = sum(map(len, pages)) / 1e6
    console.print(f"1,000 runs ({size:.1f} MB) to rows: {read_runs:.3f} s CPU, to hold {MOST_SECONDS} s")
    console.print(f"jobs and steps of 1,000 runs to rows: {read_jobs:.3f} s CPU")
    console.print(f"a log of {len(log) / 1e6:.1f} MB to its deciding lines: {read_log:.3f} s CPU")
    return int(read_runs > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
