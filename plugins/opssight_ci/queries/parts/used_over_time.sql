-- Minutes of jobs per interval by what became of the run: useful, failed, cancelled, repeated.
-- with: bad_runs_now
SELECT
    job.source,
    job.repo,
    time_bucket($interval::INTERVAL, job.created_at) AS time,
    job.runner_labels,
    CASE
        WHEN job.attempt > 1 THEN 'repeated'
        WHEN bad_runs.run_status = 'failure' THEN 'failed'
        WHEN bad_runs.run_status = 'cancelled' OR job.status = 'cancelled' THEN 'cancelled'
        ELSE 'useful'
    END AS use,
    count(*) AS jobs,
    sum(epoch(job.finished_at - job.started_at)) / 60 AS minutes,
    sum(ceil(epoch(job.finished_at - job.started_at) / 60)) AS begun_minutes
FROM pipeline_job AS job
LEFT JOIN bad_runs_now AS bad_runs
    ON job.source = bad_runs.source AND job.run_id = bad_runs.id
WHERE
    job.created_at >= $from
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
GROUP BY ALL
