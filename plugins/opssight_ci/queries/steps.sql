-- Steps of the chosen run's or job's jobs, in order, with how long each took.
SELECT
    step.status,
    job.name AS job_name,
    step.number,
    step.name AS step_name,
    epoch(step.finished_at - step.started_at) AS duration_seconds,
    step.started_at,
    step.finished_at,
    job.attempt,
    job.id AS job,
    job.run_id AS run,
    job.url
FROM pipeline_step AS step
INNER JOIN pipeline_job AS job
    ON step.source = job.source AND step.job_id = job.id
WHERE
    (coalesce($run, $otherwise) IS NOT NULL OR $job IS NOT NULL OR (job.created_at >= $from AND job.created_at < $to))
    AND picked(coalesce($run, $otherwise), job.run_id)
    AND picked($job, job.id)
    AND picked($team, job.team)
    AND picked($repo, job.repo)
    AND picked($status, step.status)
ORDER BY job.attempt DESC, coalesce(job.started_at, job.created_at) ASC, job.name ASC, step.number ASC
