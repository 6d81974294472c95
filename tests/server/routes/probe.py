"""The connectors of the route tests: queries of each shape, a receiver, an action, and the recorded clients' names."""

from __future__ import annotations

from typing import Any

from datasource_server import sdk
from datasource_server.sdk import Connector
from tests.server.routes.house import SECRET, Written

RUNS = """
-- Runs, newest first.
SELECT started_at, repo, pipeline, status, number, queued_seconds, source = 'probe' AS ok, team
FROM pipeline_run
WHERE started_at BETWEEN $from AND $to AND picked($repo, repo) AND picked($team, team)
ORDER BY started_at DESC
"""
DURATION = """
-- Median seconds a run takes.
-- shape: timeseries
SELECT time_bucket($interval::INTERVAL, started_at) AS time, team, median(epoch(finished_at - started_at)) AS seconds
FROM pipeline_run
WHERE started_at BETWEEN $from AND $to AND picked($team, team) AND picked($repo, repo)
GROUP BY ALL
ORDER BY time
"""
EVENTS = """
-- Failed runs as events.
-- shape: annotations
SELECT finished_at AS time, finished_at AS "timeEnd", pipeline AS title, title AS text, 'run,failure' AS tags
FROM pipeline_run
WHERE status = 'failure' AND started_at BETWEEN $from AND $to
ORDER BY time
"""
LOGS = """
-- Titles as a log.
-- shape: logs
SELECT started_at AS time, title AS body, status AS severity, id
FROM pipeline_run
ORDER BY time
"""
REPOS = """
-- Repositories.
-- shape: variable
SELECT DISTINCT repo AS text, repo AS value FROM pipeline_run ORDER BY text
"""
TEAMS = """
-- Teams.
-- shape: variable
SELECT title AS text, name AS value FROM team ORDER BY text
"""
FAILED = """
-- Failed runs a pipeline.
-- shape: alert
SELECT pipeline, team, count(*) FILTER (WHERE status = 'failure') AS value
FROM pipeline_run
WHERE started_at BETWEEN $from AND $to
GROUP BY ALL
ORDER BY pipeline
"""
SLOW = """
-- Takes for ever.
SELECT count(*) AS n FROM range(1000000) AS a, range(1000000) AS b WHERE a.range * b.range % 7 = $seed[1]::BIGINT
"""
STUMBLES = """
-- Fails while it runs.
SELECT CAST(title AS INTEGER) AS number FROM pipeline_run
"""
NOT_NUMBERS = """
-- What is no number.
SELECT 'nan'::DOUBLE AS missing, 'inf'::DOUBLE AS endless, '-inf'::DOUBLE AS bottomless, 1.5 AS number
"""

QUERIES = {
    "not_numbers": NOT_NUMBERS,
    "runs": RUNS,
    "duration": DURATION,
    "events": EVENTS,
    "logs": LOGS,
    "repos": REPOS,
    "failed_runs": FAILED,
    "slow": SLOW,
    "stumbles": STUMBLES,
}


def probe(**more: Any) -> Connector:
    """Return a connector with a query of each shape, a receiver `webhook` and an action `rerun`."""
    connector = Written("probe", QUERIES, **more)

    @connector.receiver(verify=sdk.hmac_sha256("X-Probe-Signature"), id_header="X-Probe-Id", max_bytes=100_000)
    def webhook(delivery: sdk.Delivery) -> list[sdk.Row]:
        """Take a run in."""
        return [sdk.PipelineRun.model_validate(delivery.json())]

    @connector.action(role="lead")
    async def rerun(ctx: sdk.Context[sdk.ConnectorSettings], *, repo: str, run_id: int) -> dict[str, object]:
        """Start a run again."""
        return {"repo": repo, "run": run_id}

    @connector.action(role="lead")
    async def rerun_by_id(ctx: sdk.Context[sdk.ConnectorSettings], *, runId: int) -> int:  # noqa: N803
        """Start a run again, by its id alone."""
        return runId

    return connector


def recorded_names() -> tuple[Connector, ...]:
    """Return connectors of the names that recorded clients ask for."""
    return (
        Written("ci", {"duration": DURATION, "runs": RUNS}, is_always_on=True),
        Written("changes", {"deploy": EVENTS, "changes": EVENTS}, is_always_on=True),
        Written("teams", {"teams": TEAMS}, is_always_on=True),
    )


PROBE: dict[str, Any] = {"probe": {"webhook_secret": SECRET}}
