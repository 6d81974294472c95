-- Seconds that 95 of 100 jobs waited at most for a runner, per interval and runner label.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, created_at) AS time,
    array_to_string(runner_labels, ', ') AS runner_label,
    quantile_cont(queued_seconds, 0.95) AS p95_seconds
FROM pipeline_job
WHERE
    created_at >= $from
    AND created_at < $to
    AND queued_seconds IS NOT NULL
    AND picked($team, team)
    AND picked($repo, repo)
    AND (
        $service IS NULL
        OR repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
    )
    AND picked($environment, environment)
    AND picked($pipeline, pipeline)
GROUP BY ALL
ORDER BY time ASC, runner_label ASC
