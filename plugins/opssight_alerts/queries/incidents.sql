-- Incidents of all tools, newest first: how bad, where, how long until somebody took it and until it was over.
SELECT
  opened_at,
  title,
  severity,
  state,
  service,
  repo,
  environment,
  epoch(acknowledged_at - opened_at) AS acknowledged_after_seconds,
  epoch(resolved_at - opened_at) AS resolved_after_seconds,
  array_to_string(assignees, ', ') AS assignees,
  original_severity,
  source,
  id,
  url
FROM incident
WHERE
  opened_at <= $to
  AND (resolved_at IS NULL OR resolved_at >= $from)
  AND picked($service, service)
  AND picked($repo, repo)
  AND picked($environment, environment)
  AND picked($severity, severity)
  AND picked($state, state)
ORDER BY opened_at DESC, source ASC, id ASC
