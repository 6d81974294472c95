"""The first row of a board: the answers that overview and pipeline share, each leading to the rows that it counts."""

from __future__ import annotations

from dataclasses import replace

from datasource_server.sdk import Link, Panel
from datasource_server.sdk.looks import KEEP, tile

TO_PIPELINES = Link("The pipelines counted", f"/d/opssight-pipeline?{KEEP}&${{pipeline:queryparam}}")
RUNS_COUNTED = [{"title": "The runs counted", "url": TO_PIPELINES.url}]

ANSWERS = (
    tile(
        "Success",
        "Share of ended runs that succeeded, without cancelled and skipped ones, and its change.",
        "ci/success_rate",
        "percentunit",
        empty="no runs yet",
        thresholds=((None, "red"), (0.8, "orange"), (0.9, "green")),
        defaults={"decimals": 0, "links": RUNS_COUNTED},
    ),
    tile(
        "Red on main",
        "Pipelines whose newest ended run on the default branch failed, and the one that has been red the longest.",
        "ci/red_pipelines",
        "short",
        empty="no runs yet",
        thresholds=((None, "green"), (1, "orange"), (4, "red")),
        defaults={"links": RUNS_COUNTED},
    ),
    tile(
        "Duration",
        "Median time of ended runs from start to finish, without the time in the queue.",
        "ci/duration",
        "s",
        empty="no runs yet",
        defaults={"decimals": 1, "links": RUNS_COUNTED},
    ),
    tile(
        "Queue p95",
        "95 of 100 jobs waited at most this long for a runner.",
        "ci/queue_time",
        "s",
        empty="no jobs yet",
        thresholds=((None, "green"), (120, "orange"), (600, "red")),
        defaults={"decimals": 0, "links": [{"title": "The jobs counted", "url": TO_PIPELINES.url}]},
    ),
)


def answers(width: int) -> tuple[Panel, ...]:
    """Return the tiles, so many grid units wide."""
    return tuple(replace(panel, width=width) for panel in ANSWERS)
