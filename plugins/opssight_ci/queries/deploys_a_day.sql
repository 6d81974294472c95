-- Successful deployments to production a day, with the change against the period before in words.
WITH
counts AS (
    SELECT
        count(*) FILTER (WHERE created_at >= $from) AS deployments,
        count(*) FILTER (WHERE created_at < $from) AS previous,
        greatest(epoch($to - $from) / 86400, 1) AS days
    FROM deployment
    WHERE
        created_at >= $from - ($to - $from)
        AND created_at < $to
        AND status = 'success'
        AND tier = 'production'
        AND picked($team, team)
        AND picked($repo, repo)
)

SELECT
    deployments / days AS value,
    CASE
        WHEN previous = 0 THEN format('{:,} deployments', deployments)
        WHEN deployments >= previous THEN format('▲ {:,} more · {:,} in all', deployments - previous, deployments)
        ELSE format('▼ {:,} fewer · {:,} in all', previous - deployments, deployments)
    END AS sentence
FROM counts
WHERE deployments + previous > 0
