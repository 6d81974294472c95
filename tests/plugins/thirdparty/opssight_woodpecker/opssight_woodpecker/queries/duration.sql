-- Median seconds from start to finish, per interval.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, created_at) AS time,
    median(epoch(finished_at - started_at)) AS seconds
FROM pipeline_run
WHERE source = 'woodpecker' AND created_at BETWEEN $from AND $to AND picked($repo, repo)
GROUP BY ALL
ORDER BY time ASC
