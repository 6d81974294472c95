-- Change fail rate and rework rate per interval, of the deployments that count.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, finished_at) AS time,
    avg(is_failure::INTEGER) AS fail_rate,
    avg(is_rework::INTEGER) AS rework_rate
FROM dora_deployment
WHERE
    finished_at >= $from
    AND finished_at < $to
    AND is_counted
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
    AND picked($environment, environment)
GROUP BY ALL
ORDER BY time ASC
