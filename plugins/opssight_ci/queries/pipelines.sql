-- One row a pipeline of any forge: its last ten runs (newest at the right), success rate, median and p95 duration, queue
-- time, and the changes against the period before. Every attempt counts; rates and durations are of runs that succeeded or
-- failed.
WITH
attempts AS (
    SELECT
        *,
        created_at >= $from AS is_now,
        status IN ('success', 'failure') AS has_result,
        epoch(finished_at - started_at) AS duration_seconds,
        CASE status
            WHEN 'success' THEN '✓' WHEN 'failure' THEN '✕' WHEN 'running' THEN '▶'
            WHEN 'queued' THEN '◔' WHEN 'cancelled' THEN '⊘' ELSE '–'
        END AS glyph,
        row_number() OVER (PARTITION BY source, repo, pipeline ORDER BY created_at DESC, attempt DESC, id DESC) AS age
    FROM pipeline_run
    WHERE
        created_at >= $from - ($to - $from)
        AND created_at < $to
        AND picked($team, team)
        AND picked($repo, repo)
        AND picked($pipeline, pipeline)
        AND picked($branch, branch)
),

summaries AS (
    SELECT
        source,
        team,
        repo,
        pipeline,
        arg_min(status, age) AS last_status,
        arg_min(id, age) AS last_run,
        max(created_at) AS last_at,
        arg_min(url, age) AS url,
        string_agg(glyph, '' ORDER BY age DESC) FILTER (WHERE age <= 10) AS last_runs,
        list(coalesce(duration_seconds, 0) ORDER BY age DESC) FILTER (WHERE age <= 10) AS last_durations,
        count(*) FILTER (WHERE is_now) AS runs,
        count(*) FILTER (WHERE is_now AND status = 'failure') AS failures,
        avg((status = 'success')::INTEGER) FILTER (WHERE is_now AND has_result) AS success_rate,
        avg((status = 'success')::INTEGER) FILTER (WHERE NOT is_now AND has_result) AS success_rate_before,
        median(duration_seconds) FILTER (WHERE is_now AND has_result) AS p50_seconds,
        median(duration_seconds) FILTER (WHERE NOT is_now AND has_result) AS p50_seconds_before,
        quantile_cont(duration_seconds, 0.95) FILTER (WHERE is_now AND has_result) AS p95_seconds,
        quantile_cont(queued_seconds, 0.95) FILTER (WHERE is_now) AS queue_p95_seconds
    FROM attempts
    GROUP BY source, team, repo, pipeline
)

SELECT
    pipeline,
    last_status,
    last_runs,
    source || ' · ' || repo AS place,
    runs,
    success_rate,
    success_rate - success_rate_before AS success_change,
    p50_seconds,
    p95_seconds,
    repo,
    queue_p95_seconds,
    p50_seconds / nullif(p50_seconds_before, 0) - 1 AS duration_change,
    failures,
    last_at,
    last_durations,
    team,
    source,
    last_run,
    url
FROM summaries
WHERE runs > 0
ORDER BY last_status = 'failure' DESC, success_rate ASC NULLS LAST, repo ASC, pipeline ASC, source ASC
