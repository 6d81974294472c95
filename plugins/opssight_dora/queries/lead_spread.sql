-- Lead time beside its median: p25, p75 and p90, and the share of the way that lies before the merge; one row a measure.
WITH
changes AS (
    SELECT
        count(*) AS n,
        quantile_cont(lead_seconds, [0.25, 0.75, 0.9]) AS quantiles,
        median(epoch(merged_at - started_at)) AS to_merge,
        median(epoch(deployed_at - merged_at)) AS to_deploy
    FROM dora_change
    WHERE
        deployed_at >= $from
        AND deployed_at < $to
        AND is_counted
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
),

measures AS (
    SELECT
        1 AS place,
        'p25' AS measure,
        quantiles[1] AS value,
        'a quarter is faster' AS sentence
    FROM changes
    WHERE n > 0
    UNION ALL
    SELECT
        2 AS place,
        'p75' AS measure,
        quantiles[2] AS value,
        'a quarter is slower' AS sentence
    FROM changes
    WHERE n > 0
    UNION ALL
    SELECT
        3 AS place,
        'p90' AS measure,
        quantiles[3] AS value,
        'one in ten is slower' AS sentence
    FROM changes
    WHERE n > 0
    UNION ALL
    SELECT
        4 AS place,
        'to_merge' AS measure,
        to_merge AS value,
        'median, first commit to merge' AS sentence
    FROM changes
    WHERE to_merge IS NOT NULL
    UNION ALL
    SELECT
        5 AS place,
        'to_deploy' AS measure,
        to_deploy AS value,
        'median, merge to production' AS sentence
    FROM changes
    WHERE to_deploy IS NOT NULL
)

SELECT
    measure,
    value,
    sentence
FROM measures
WHERE picked($measure, measure)
ORDER BY place ASC
