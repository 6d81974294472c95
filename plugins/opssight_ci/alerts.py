"""What Grafana watches for CI."""

from __future__ import annotations

from datasource_server.sdk import AlertRule

ALERT_RULES = (
    AlertRule(
        uid="opssight-failed-runs",
        title="Failed runs on the default branch",
        query="ci/failed_runs",
        above=2,
        summary="{{ $labels.pipeline }} of {{ $labels.repo }} failed {{ $values.B.Value }} times within an hour",
        labels=("source", "team", "repo", "pipeline"),
        window_minutes=60,
        dashboard="opssight-ci",
        panel="Pipelines",
    ),
    AlertRule(
        uid="opssight-missed-schedules",
        title="Scheduled pipelines that did not run",
        query="ci/missed_schedules",
        above=0,
        summary="{{ $labels.pipeline }} of {{ $labels.repo }} was due and has not begun within its grace",
        labels=("source", "team", "repo", "pipeline"),
        window_minutes=60,
        dashboard="opssight-schedules",
        panel="Schedules",
    ),
)
