-- Runs per interval by how they ended.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, created_at) AS time,
    status,
    count(*) AS runs
FROM pipeline_run
WHERE
    created_at >= $from
    AND created_at < $to
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($pipeline, pipeline)
    AND picked($branch, branch)
GROUP BY ALL
ORDER BY time ASC, status ASC
