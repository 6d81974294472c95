-- Jobs of this period and the one before with their seconds and what became of the run: useful, failed, cancelled,
-- repeated.
-- with: bad_runs
SELECT
    job.source,
    job.repo,
    job.team,
    job.pipeline,
    job.created_at >= $from AS is_now,
    job.runner_labels,
    CASE
        WHEN job.attempt > 1 THEN 'repeated'
        WHEN bad_runs.run_status = 'failure' THEN 'failed'
        WHEN bad_runs.run_status = 'cancelled' OR job.status = 'cancelled' THEN 'cancelled'
        ELSE 'useful'
    END AS use,
    epoch(job.finished_at - job.started_at) AS seconds
FROM pipeline_job AS job
LEFT JOIN bad_runs
    ON job.source = bad_runs.source AND job.run_id = bad_runs.id
WHERE
    job.created_at >= $from - ($to - $from)
    AND job.created_at < $to
    AND job.finished_at >= job.started_at
    AND picked($team, job.team)
    AND picked($repo, job.repo)
    AND (
        $service IS NULL
        OR job.repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
    )
    AND picked($environment, job.environment)
    AND picked($pipeline, job.pipeline)
