-- Failures on commits on which the same job also passed, newest first: those counted as flaky, and those left out, each
-- with its reason.
SELECT
    CASE WHEN reason = '' THEN '✕ counted' ELSE '– left out' END AS verdict,
    name AS job_name,
    failed_at,
    reason,
    seconds_lost / 60 AS minutes_lost,
    pipeline,
    repo,
    sha,
    failed_attempt,
    failed_job,
    passed_run,
    passed_attempt,
    passed_job,
    passed_at,
    team,
    source,
    failed_run AS run,
    url
FROM flaky_flip
WHERE
    failed_at >= $from
    AND failed_at < $to
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
    AND picked($job_name, name)
ORDER BY failed_at DESC, source ASC, repo ASC, failed_job ASC
