-- Results of tests per interval by how they ended; a test that was tried again counts once, as its last try ended.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, ran_at) AS time,
    count(*) FILTER (WHERE status = 'passed') AS passed,
    count(*) FILTER (WHERE status IN ('failed', 'error')) AS failed,
    count(*) FILTER (WHERE status = 'skipped') AS skipped
FROM test_result
WHERE
    ran_at >= $from
    AND ran_at < $to
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($branch, branch)
    AND (
        ($service IS NULL AND $environment IS NULL)
        OR repo IN (
            SELECT repo
            FROM deployment
            WHERE
                picked($service, service)
                AND picked($environment, environment)
        )
    )
GROUP BY ALL
ORDER BY time ASC
