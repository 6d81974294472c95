-- Jobs that waited longest for a runner in the time range, the longest first, at most 500 of them.
SELECT
    name AS job_name,
    queued_seconds,
    array_to_string(runner_labels, ', ') AS runner_label,
    created_at,
    runner AS runner_name,
    pipeline,
    repo,
    status,
    team,
    source,
    run_id AS run,
    id AS job,
    url
FROM pipeline_job
WHERE
    created_at >= $from
    AND created_at < $to
    AND queued_seconds IS NOT NULL
    AND picked($team, team)
    AND picked($repo, repo)
    AND (
        $service IS NULL
        OR repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
    )
    AND picked($environment, environment)
    AND picked($pipeline, pipeline)
    AND picked($runner_label, array_to_string(runner_labels, ', '))
ORDER BY queued_seconds DESC, created_at DESC, id ASC
LIMIT 500
