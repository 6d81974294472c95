-- Deployments to production per interval: those counted, those that failed to deploy, and the others that are left out.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, coalesce(finished_at, created_at)) AS time,
    count(*) FILTER (WHERE is_counted) AS counted,
    count(*) FILTER (WHERE NOT is_counted AND left_out = 'failed') AS failed,
    count(*) FILTER (WHERE NOT is_counted AND left_out <> 'failed') AS left_out
FROM dora_deployment
WHERE
    coalesce(finished_at, created_at) >= $from
    AND coalesce(finished_at, created_at) < $to
    AND tier = 'production'
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
    AND picked($environment, environment)
GROUP BY ALL
ORDER BY time ASC
