-- Share of ended runs that succeeded, per interval; cancelled and skipped runs are left out.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, created_at) AS time,
    avg((status = 'success')::INTEGER) AS success_rate
FROM pipeline_run
WHERE
    created_at >= $from
    AND created_at < $to
    AND status IN ('success', 'failure')
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($pipeline, pipeline)
    AND picked($branch, branch)
GROUP BY ALL
ORDER BY time ASC
