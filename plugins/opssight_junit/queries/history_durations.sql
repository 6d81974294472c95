-- Median and p95 seconds that the chosen tests took, per interval.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, ran_at) AS time,
    median(duration_seconds) AS p50_seconds,
    quantile_cont(duration_seconds, 0.95) AS p95_seconds
FROM test_result
WHERE
    ran_at >= $from
    AND ran_at < $to
    AND status <> 'skipped'
    AND picked(coalesce($test, $otherwise), concat_ws(' › ', nullif(suite, ''), name))
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($branch, branch)
GROUP BY ALL
ORDER BY time ASC
