-- Successful deployments per interval and tier.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, created_at) AS time,
    tier,
    count(*) AS deployments
FROM deployment
WHERE
    created_at >= $from
    AND created_at < $to
    AND status = 'success'
    AND picked($team, team)
    AND picked($repo, repo)
GROUP BY ALL
ORDER BY time ASC, tier ASC
