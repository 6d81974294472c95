-- Each job's median and p95 duration and queue time by runner label, failures and share of failures, slowest first.
SELECT
    name AS job_name,
    quantile_cont(epoch(finished_at - started_at), 0.95) AS p95_seconds,
    avg((status = 'failure')::INTEGER) FILTER (WHERE status IN ('success', 'failure')) AS failure_rate,
    array_to_string(runner_labels, ', ') AS runner_label,
    median(epoch(finished_at - started_at)) AS p50_seconds,
    quantile_cont(queued_seconds, 0.95) AS queue_p95_seconds,
    count(*) AS jobs,
    sum(epoch(finished_at - started_at)) / 60 AS minutes,
    count(*) FILTER (WHERE status = 'failure') AS failures,
    median(queued_seconds) AS queue_p50_seconds
FROM pipeline_job
WHERE
    created_at >= $from
    AND created_at < $to
    AND status IN ('success', 'failure', 'cancelled')
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($pipeline, pipeline)
GROUP BY ALL
ORDER BY p95_seconds DESC NULLS LAST, job_name ASC, runner_label ASC
