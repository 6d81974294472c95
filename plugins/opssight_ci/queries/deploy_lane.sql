-- Deployments to production as a lane over every time axis; those that lie close together, seen from afar, share a mark.
-- shape: annotations
WITH
marks AS (
    SELECT
        time_bucket(to_seconds(greatest(ceil(epoch($to - $from) / 48), 1)), created_at) AS bucket,
        count(*) AS deployments,
        count(*) FILTER (WHERE status = 'failure') AS failures,
        min(created_at) AS first_at,
        max(coalesce(finished_at, created_at)) AS last_at,
        list(DISTINCT service ORDER BY service ASC) AS services,
        any_value(environment) AS environment,
        any_value(coalesce(nullif(version, ''), left(sha, 8))) AS version,
        any_value(actor) AS actor
    FROM deployment
    WHERE
        created_at >= $from
        AND created_at < $to
        AND tier = 'production'
        AND picked($team, team)
        AND picked($repo, repo)
    GROUP BY bucket
)

SELECT
    first_at AS time,
    CASE WHEN deployments = 1 THEN last_at ELSE first_at END AS "timeEnd",
    CASE
        WHEN deployments = 1 THEN 'D ' || services[1] || ' → ' || environment
        ELSE format('D {:,} deployments', deployments)
    END AS title,
    CASE
        WHEN deployments = 1 THEN version || ' by ' || actor
        WHEN failures = 0 THEN array_to_string(services, ', ')
        ELSE format('{} · {:,} failed', array_to_string(services, ', '), failures)
    END AS text,
    CASE WHEN failures = 0 THEN 'deploy,success' ELSE 'deploy,failure' END AS tags
FROM marks
ORDER BY time ASC
