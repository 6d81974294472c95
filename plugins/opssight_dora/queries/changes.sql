-- Changes on their way to production, the slowest first: since when, until when, by which deployment, or why one is left out.
-- `counts` is counted or left out. Those of a chosen deployment are shown whatever the time range.
-- limit: 2000
SELECT
    title,
    lead_seconds,
    service,
    kind,
    author,
    deployed_at,
    left_out,
    epoch(merged_at - started_at) AS to_merge_seconds,
    epoch(deployed_at - merged_at) AS to_deploy_seconds,
    started_at,
    merged_at,
    number,
    left(sha, 8) AS commit,
    sha,
    environment,
    deployment_id AS deployment,
    team,
    repo,
    source,
    url
FROM dora_change
WHERE
    (
        $deployment IS NOT NULL
        OR (
            coalesce(deployed_at, merged_at, started_at) >= $from
            AND coalesce(deployed_at, merged_at, started_at) < $to
        )
    )
    AND picked($deployment, deployment_id)
    AND picked($counts, if(is_counted, 'counted', 'left out'))
    AND picked($reason, split_part(left_out, ':', 1))
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
    AND picked($environment, environment)
ORDER BY lead_seconds DESC NULLS LAST, coalesce(deployed_at, merged_at, started_at) DESC, repo ASC, sha ASC, service ASC
