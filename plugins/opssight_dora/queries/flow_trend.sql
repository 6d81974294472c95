-- Median of each stage of merged pull requests per interval, by the moment of the merge.
-- shape: timeseries
SELECT
    time_bucket($interval::INTERVAL, merged_at) AS time,
    median(coding_seconds) AS coding,
    median(pickup_seconds) AS pickup,
    median(review_seconds) AS review,
    median(ci_seconds) AS ci_wait,
    median(merge_seconds) AS merge_wait,
    median(deploy_seconds) AS deploy
FROM dora_flow
WHERE
    merged_at >= $from
    AND merged_at < $to
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
GROUP BY ALL
ORDER BY time ASC
