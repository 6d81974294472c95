-- Results of tests per interval by how they ended; a test that was tried again counts once, as its last try ended.
-- shape: timeseries
-- with: chosen_results
SELECT
    time_bucket($interval::INTERVAL, ran_at) AS time,
    count(*) FILTER (WHERE status = 'passed') AS passed,
    count(*) FILTER (WHERE status IN ('failed', 'error')) AS failed,
    count(*) FILTER (WHERE status = 'skipped') AS skipped
FROM chosen_results
WHERE
    ran_at >= $from
    AND ran_at < $to
GROUP BY ALL
ORDER BY time ASC
