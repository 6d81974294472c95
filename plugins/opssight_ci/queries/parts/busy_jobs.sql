-- Jobs that ran in the time range, with the moments, counted from its begin, between which they did.
-- with: grain
SELECT
    pipeline_job.*,
    (epoch_us(greatest(started_at, $from)) - epoch_us($from)) // us AS first_step,
    (epoch_us(least(coalesce(finished_at, $to), $to)) - epoch_us($from)) // us AS last_step
FROM pipeline_job
CROSS JOIN grain
WHERE
    created_at >= $from - INTERVAL 2 DAY
    AND created_at < $to
    AND started_at < $to
    AND coalesce(finished_at, $to) > greatest(started_at, $from)
    AND picked($team, team)
    AND picked($repo, repo)
    AND (
        $service IS NULL
        OR repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
    )
    AND picked($environment, environment)
    AND picked($pipeline, pipeline)
    AND picked($runner_label, array_to_string(runner_labels, ', '))
