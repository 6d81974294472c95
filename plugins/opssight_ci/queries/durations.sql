-- Median and p95 seconds from start to finish of ended runs, per interval.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, created_at) AS time,
    median(epoch(finished_at - started_at)) AS p50_seconds,
    quantile_cont(epoch(finished_at - started_at), 0.95) AS p95_seconds
FROM pipeline_run
WHERE
    created_at >= $from
    AND created_at < $to
    AND status IN ('success', 'failure')
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($pipeline, pipeline)
    AND picked($branch, branch)
GROUP BY ALL
ORDER BY time ASC
