-- Deployments by the rules, newest first: which rule made each one, whether it counts or why not, what it brought and what
-- followed. `counts` is counted or left out, `followed` is fine, failed, rework. A chosen deployment is shown whatever the range.
-- limit: 2000
SELECT
    status,
    service,
    environment,
    coalesce(nullif(version, ''), left(sha, 8)) AS version,
    coalesce(finished_at, created_at) AS ended_at,
    left_out,
    concat_ws(
        ' · ',
        CASE failure_kind
            WHEN '' THEN if(is_failure, '✕ failed its users', NULL)
            WHEN 'incident' THEN '✕ incident'
            WHEN 'rollback' THEN '✕ rolled back'
            WHEN 'revert' THEN '✕ reverted'
            ELSE '✕ hotfix'
        END,
        nullif(failure_evidence, ''),
        if(is_rollback, 'is a rollback', if(is_rework, 'is rework', NULL))
    ) AS what_followed,
    change_count,
    lead_seconds,
    lead_left_out,
    restore_seconds,
    rule,
    actor,
    epoch(finished_at - created_at) AS duration_seconds,
    tier,
    sha,
    previous_sha,
    team,
    repo,
    source,
    id AS deployment,
    run_id AS run,
    failure_url,
    url
FROM dora_deployment
WHERE
    (
        $deployment IS NOT NULL
        OR (coalesce(finished_at, created_at) >= $from AND coalesce(finished_at, created_at) < $to)
    )
    AND picked($deployment, id)
    AND picked($counts, if(is_counted, 'counted', 'left out'))
    AND (
        $followed IS NULL
        OR list_has_any(
            $followed::VARCHAR[],
            [
                if(is_failure, 'failed', NULL),
                if(is_rework, 'rework', NULL),
                if(is_failure OR is_rework, NULL, 'fine')
            ]
        )
    )
    AND picked($reason, split_part(left_out, ':', 1))
    AND picked($tier, tier)
    AND picked($status, status)
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
    AND picked($environment, environment)
ORDER BY ended_at DESC, source ASC, id ASC
