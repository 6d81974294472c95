-- Deployments, newest first, each with the run that made it.
-- limit: 2000
SELECT
    status,
    service,
    environment,
    coalesce(nullif(version, ''), left(sha, 8)) AS version,
    created_at,
    actor,
    epoch(finished_at - created_at) AS duration_seconds,
    tier,
    repo,
    sha,
    rule,
    team,
    source,
    run_id AS run,
    url
FROM deployment
WHERE
    created_at >= $from
    AND created_at < $to
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($environment, environment)
    AND picked($tier, tier)
    AND picked($status, status)
ORDER BY created_at DESC, source ASC, id DESC
