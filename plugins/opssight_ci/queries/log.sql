-- The lines kept of failed jobs: the tail and the neighbourhood of errors, without secrets. A chosen run or job is shown
-- whatever the time range.
-- shape: logs
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
    ($run IS NOT NULL OR $job IS NOT NULL OR (job.created_at >= $from AND job.created_at < $to))
    AND picked($run, job.run_id)
    AND picked($job, job.id)
    AND picked($team, job.team)
    AND picked($repo, job.repo)
    AND picked($pipeline, job.pipeline)
    AND picked($level, line.level)
ORDER BY time ASC, line.job_id ASC, line.line ASC
