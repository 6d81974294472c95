-- Results of the chosen tests per interval by how they ended.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, ran_at) AS time,
    count(*) FILTER (WHERE status = 'passed' AND NOT is_flaky) AS passed,
    count(*) FILTER (WHERE is_flaky) AS flaky,
    count(*) FILTER (WHERE status IN ('failed', 'error') AND NOT is_flaky) AS failed,
    count(*) FILTER (WHERE status = 'skipped') AS skipped
FROM test_result
WHERE
    ran_at >= $from
    AND ran_at < $to
    AND picked(coalesce($test, $otherwise), concat_ws(' › ', nullif(suite, ''), name))
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($branch, branch)
GROUP BY ALL
ORDER BY time ASC
