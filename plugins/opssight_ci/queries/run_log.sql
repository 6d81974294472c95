-- Log lines of the chosen run's failed jobs as a board shows them: where there are none, one line says so.
-- shape: logs
WITH
lines AS (
    SELECT
        coalesce(line.logged_at, job.finished_at, job.created_at) AS time,
        line.text AS body,
        line.level AS severity,
        line.job_id || ':' || line.line AS id,
        line.line::VARCHAR AS line_number,
        job.name AS job_name,
        line.step,
        job.run_id AS run
    FROM job_log_line AS line
    INNER JOIN pipeline_job AS job
        ON line.source = job.source AND line.job_id = job.id
    WHERE
        picked(coalesce($run, $otherwise), job.run_id)
        AND picked($job, job.id)
        AND picked($team, job.team)
        AND picked($repo, job.repo)
        AND (coalesce($run, $otherwise) IS NOT NULL OR (job.created_at >= $from AND job.created_at < $to))
),

words AS (
    SELECT
        $to AS time,
        'No log lines: no job of this run failed, or its log was not kept' AS body,
        'info' AS severity,
        'none' AS id,
        '' AS line_number,
        '' AS job_name,
        '' AS step,
        coalesce(coalesce($run, $otherwise)[1], '') AS run
    WHERE NOT EXISTS (SELECT 1 FROM lines)
)

SELECT *
FROM (
    SELECT * FROM lines
    UNION ALL
    SELECT * FROM words
)
ORDER BY time ASC, job_name ASC, try_cast(line_number AS BIGINT) ASC
