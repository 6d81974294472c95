-- Failures on commits on which the same job also passed, per interval: counted as flaky, or left out.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, failed_at) AS time,
    CASE WHEN reason = '' THEN 'flaky' ELSE 'platform' END AS cause,
    count(*) AS failures
FROM flaky_flip
WHERE
    failed_at >= $from
    AND failed_at < $to
    AND picked($team, team)
    AND picked($repo, repo)
    AND (
        ($service IS NULL AND $environment IS NULL)
        OR repo IN (
            SELECT deployment.repo
            FROM deployment
            WHERE picked($service, deployment.service) AND picked($environment, deployment.environment)
        )
    )
    AND picked($pipeline, pipeline)
GROUP BY ALL
ORDER BY time ASC, cause ASC
