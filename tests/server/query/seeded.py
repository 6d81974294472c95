"""Rows of two teams, queries over them, and the engine that answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from datasource_server.query import Ask, Filter, Form, Result
from datasource_server.sdk import Caller, Connector, PipelineJob, PipelineRun, Query, read_query

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=7)
ALICE = Caller("alice", (("a", "viewer"),))
BOB = Caller("bob", (("b", "viewer"),))
BOTH = Caller("cleo", (("a", "viewer"), ("b", "viewer")))
NOBODY = Caller("mallory")
BOSS = Caller("max", role="manager", sees_all=True)

RUNS = """
-- Runs that started in the range.
SELECT id, repo, pipeline, status, team, branch, started_at, queued_seconds, attempt
FROM pipeline_run
WHERE created_at BETWEEN $from AND $to AND picked($repo, repo) AND picked($status, status)
ORDER BY id
"""
SERIES = """
-- Runs per interval and repository.
-- shape: timeseries
SELECT time_bucket($interval::INTERVAL, created_at) AS "time", repo, count(*) AS runs
FROM pipeline_run
WHERE created_at BETWEEN $from AND $to
GROUP BY ALL
ORDER BY "time", repo
"""
REPOS = """
-- Repositories with runs.
-- shape: variable
SELECT DISTINCT repo AS text, repo AS "value" FROM pipeline_run ORDER BY text
"""
JOBS = """
-- Jobs with the run they belong to, in a CTE of the table's own name.
WITH pipeline_run AS (SELECT * FROM pipeline_run WHERE attempt >= 1)
SELECT j.id, j.name, j.team, j.runner_labels, r.pipeline
FROM pipeline_job AS j
LEFT JOIN pipeline_run AS r ON r.id = j.run_id
WHERE picked($label, j.name)
ORDER BY j.id
"""
RECENT = """
-- The last runs, as many as asked for.
-- default count: 2
SELECT id, team FROM pipeline_run ORDER BY id DESC LIMIT ($count[1]::INTEGER)
"""
TEXTS: dict[str, str] = {"runs": RUNS, "per_interval": SERIES, "repos": REPOS, "jobs": JOBS, "recent": RECENT}


class Written(Connector):
    """A connector whose queries are given as texts."""

    def __init__(self, name: str, texts: Mapping[str, str]) -> None:
        super().__init__(f"opssight_{name}")
        self.texts = texts

    def queries(self) -> dict[str, Query]:
        """Return the queries of the texts."""
        return {name: read_query(self.name, name, text) for name, text in self.texts.items()}


def run(id: str, team: str, **columns: Any) -> PipelineRun:  # noqa: A002
    """Return a run of a team."""
    usual = {
        "source": "github",
        "id": id,
        "team": team,
        "repo": f"acme/{team or 'nobody'}",
        "pipeline": "build",
        "status": "success",
        "created_at": START + timedelta(hours=1),
        "started_at": START + timedelta(hours=1),
    }
    return PipelineRun(**(usual | columns))


def job(id: str, team: str, run_id: str, **columns: Any) -> PipelineJob:  # noqa: A002
    """Return a job of a team."""
    usual = {"source": "github", "id": id, "team": team, "run_id": run_id, "repo": f"acme/{team}", "name": f"job {id}"}
    return PipelineJob(**(usual | {"status": "success", "created_at": START} | columns))


def ask(*filters: Filter, **params: tuple[str, ...]) -> Ask:
    """Return an ask over the week that the rows lie in."""
    return Ask(START, END, 3600, params, filters)


def dicts(result: Result) -> list[dict[str, Any]]:
    """Return the rows of an answer in any form but csv and series."""
    if len(result.body) == 1 and result.body[0].startswith(b"[{"):
        return list(orjson.loads(result.body[0]))
    if result.body in ((b"[]",), ()):
        return []
    names = [column.name for column in result.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*map(orjson.loads, result.body), strict=True)]


def raw(result: Result) -> bytes:
    """Return all that an answer holds, in whatever form."""
    series = [part for each in result.series for part in (each.labels, each.times, *each.values)]
    return b"\n".join([*result.body, *series])


FORMS: tuple[Form, ...] = ("rows", "columns", "csv")
