-- Moments at which schedules were due in the time range, newest first, each with the run that answered it; a moment that
-- none answered within its grace was missed.
SELECT
    pipeline,
    CASE
        WHEN run_id <> '' THEN '✓ ran'
        WHEN due_by > $to THEN '◔ due'
        WHEN is_known THEN '✕ missed'
        ELSE '– before its first run'
    END AS state,
    expected_at,
    run_at,
    epoch(run_at - expected_at) AS late_seconds,
    nullif(status, '') AS status,
    repo,
    cron,
    due_by,
    team,
    source,
    nullif(run_id, '') AS run,
    url
FROM schedule_moment
WHERE
    expected_at >= $from
    AND expected_at < $to
    AND picked($team, team)
    AND picked($repo, repo)
    AND (
        ($service IS NULL AND $environment IS NULL)
        OR repo IN (
            SELECT deployment.repo
            FROM deployment
            WHERE picked($service, deployment.service) AND picked($environment, deployment.environment)
        )
    )
    AND picked($pipeline, pipeline)
ORDER BY state = '✕ missed' DESC, expected_at DESC, repo ASC, pipeline ASC, cron ASC, source ASC
