-- Median and p90 recovery time of failed deployments per interval, by the moment when users were well again.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, restored_at) AS time,
    median(restore_seconds) AS p50_seconds,
    quantile_cont(restore_seconds, 0.9) AS p90_seconds
FROM dora_deployment
WHERE
    restored_at >= $from
    AND restored_at < $to
    AND restore_seconds IS NOT NULL
    AND is_counted
    AND is_failure
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
    AND picked($environment, environment)
GROUP BY ALL
ORDER BY time ASC
