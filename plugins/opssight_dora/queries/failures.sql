-- Deployments that failed their users, newest first: by which evidence, when users were well again, how long it took. Those
-- of the range, and those restored in it.
SELECT
    concat(
        CASE
            WHEN restored_at < $to THEN '✓ restored'
            ELSE '✕ not restored'
        END
    ) AS state,
    service,
    failure_kind,
    failure_evidence,
    finished_at,
    restore_seconds,
    coalesce(nullif(version, ''), left(sha, 8)) AS version,
    actor,
    environment,
    restored_at,
    coalesce(restored_at >= $from AND restored_at < $to, FALSE) AS is_in_recovery,
    finished_at >= $from AS is_in_fail_rate,
    team,
    repo,
    source,
    id AS deployment,
    run_id AS run,
    coalesce(nullif(failure_url, ''), url) AS url
FROM dora_deployment
WHERE
    is_counted
    AND is_failure
    AND finished_at < $to
    AND (finished_at >= $from OR restored_at >= $from)
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
    AND picked($environment, environment)
ORDER BY coalesce(restored_at, $to) >= $to DESC, finished_at DESC, source ASC, id ASC
