-- Median and p90 lead time of changes per interval, by the finish of the deployment that brought them to production.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, deployed_at) AS time,
    median(lead_seconds) AS p50_seconds,
    quantile_cont(lead_seconds, 0.9) AS p90_seconds
FROM dora_change
WHERE
    deployed_at >= $from
    AND deployed_at < $to
    AND is_counted
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
    AND picked($environment, environment)
GROUP BY ALL
ORDER BY time ASC
