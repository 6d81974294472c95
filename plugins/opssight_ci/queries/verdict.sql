-- How the chosen run's last attempt ended, and why in words: the first job that failed, its step, and the first error in its log.
WITH
chosen AS (
    SELECT *
    FROM pipeline_run
    WHERE picked(coalesce($run, $otherwise), id)
    ORDER BY created_at DESC, attempt DESC, id DESC
    LIMIT 1
),

culprit AS (
    SELECT job.*
    FROM pipeline_job AS job
    INNER JOIN chosen
        ON job.source = chosen.source AND job.run_id = chosen.id AND job.attempt = chosen.attempt
    WHERE job.status = 'failure'
    ORDER BY job.finished_at ASC NULLS LAST, job.name ASC
    LIMIT 1
),

words AS (
    SELECT
        line.job_id,
        arg_min(line.text, line.line) FILTER (WHERE line.level = 'error') AS error_line
    FROM job_log_line AS line
    INNER JOIN culprit
        ON line.source = culprit.source AND line.job_id = culprit.id
    GROUP BY line.job_id
)

SELECT
    CASE chosen.status
        WHEN 'success' THEN '✓ success' WHEN 'failure' THEN '✕ failure' WHEN 'running' THEN '▶ running'
        WHEN 'queued' THEN '◔ queued' WHEN 'cancelled' THEN '⊘ cancelled' ELSE '– skipped'
    END AS result,
    CASE
        WHEN culprit.id IS NOT NULL
            THEN concat_ws(' › ', culprit.name, nullif(culprit.failed_step, ''), left(trim(words.error_line), 160))
        WHEN chosen.status = 'failure' THEN 'No job of it is known to have failed'
        ELSE 'Nothing failed'
    END AS because,
    chosen.pipeline,
    chosen.repo,
    chosen.id AS run,
    chosen.url
FROM chosen
LEFT JOIN culprit
    ON TRUE
LEFT JOIN words
    ON TRUE
