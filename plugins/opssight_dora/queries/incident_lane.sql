-- Incidents as a lane over every time axis.
-- shape: annotations
SELECT
    opened_at AS time,
    resolved_at AS "timeEnd",
    'I ' || title AS title,
    concat_ws(' · ', nullif(service, ''), severity) AS text,
    'incident,' || severity AS tags
FROM incident
WHERE
    opened_at >= $from
    AND opened_at < $to
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
    AND picked($environment, environment)
ORDER BY time ASC, title ASC
