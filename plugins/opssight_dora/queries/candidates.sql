-- Deployments that may have caused each incident, the likeliest first, with score and evidence; newest incidents first.
-- limit: 2000
SELECT
    candidate.title AS incident_title,
    candidate.rank AS place,
    candidate.score,
    candidate.service,
    coalesce(nullif(deployment.version, ''), left(deployment.sha, 8)) AS version,
    array_to_string(candidate.evidence, ' · ') AS evidence,
    candidate.opened_at,
    if(candidate.is_cause, '✓ taken for the cause', '– not taken for it') AS verdict,
    epoch(candidate.opened_at - candidate.deployed_at) AS after_seconds,
    epoch(candidate.resolved_at - candidate.opened_at) AS incident_seconds,
    deployment.environment,
    candidate.team,
    candidate.repo,
    candidate.source,
    candidate.incident_id AS incident,
    candidate.deployment_id AS deployment,
    deployment.run_id AS run,
    candidate.url
FROM dora_candidate AS candidate
LEFT JOIN dora_deployment AS deployment
    ON candidate.deployment_source = deployment.source AND candidate.deployment_id = deployment.id
WHERE
    ($deployment IS NOT NULL OR (candidate.opened_at >= $from AND candidate.opened_at < $to))
    AND picked($deployment, candidate.deployment_id)
    AND picked($team, candidate.team)
    AND picked($service, candidate.service)
    AND picked($repo, candidate.repo)
    AND picked($environment, coalesce(deployment.environment, ''))
ORDER BY candidate.opened_at DESC, candidate.source ASC, incident ASC, place ASC, deployment ASC
