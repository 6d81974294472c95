-- Each job of a pipeline by runner label, slowest first: median and p95 duration, the change of the p95 against the period
-- before, queue time, minutes, and how often it fails.
WITH
ended AS (
    SELECT
        repo,
        pipeline,
        name,
        runner_labels,
        status,
        queued_seconds,
        created_at >= $from AS is_now,
        epoch(finished_at - started_at) AS seconds
    FROM pipeline_job
    WHERE
        created_at >= $from - ($to - $from)
        AND created_at < $to
        AND status IN ('success', 'failure', 'cancelled')
        AND picked($team, team)
        AND picked($repo, repo)
        AND picked($pipeline, pipeline)
)

SELECT
    name AS job_name,
    quantile_cont(seconds, 0.95) FILTER (WHERE is_now) AS p95_seconds,
    quantile_cont(seconds, 0.95) FILTER (WHERE is_now)
    / nullif(quantile_cont(seconds, 0.95) FILTER (WHERE NOT is_now), 0) - 1 AS p95_change,
    avg((status = 'failure')::INTEGER) FILTER (WHERE is_now AND status IN ('success', 'failure')) AS failure_rate,
    array_to_string(runner_labels, ', ') AS runner_label,
    median(seconds) FILTER (WHERE is_now) AS p50_seconds,
    quantile_cont(queued_seconds, 0.95) FILTER (WHERE is_now) AS queue_p95_seconds,
    pipeline,
    repo,
    count(*) FILTER (WHERE is_now) AS jobs,
    sum(seconds) FILTER (WHERE is_now) / 60 AS minutes,
    count(*) FILTER (WHERE is_now AND status = 'failure') AS failures,
    median(queued_seconds) FILTER (WHERE is_now) AS queue_p50_seconds
FROM ended
GROUP BY repo, pipeline, name, runner_labels
HAVING count(*) FILTER (WHERE is_now) > 0
ORDER BY p95_seconds DESC NULLS LAST, repo ASC, pipeline ASC, job_name ASC, runner_label ASC
