-- How many changes took how long from their first commit to production, in steps that widen.
WITH
steps AS (
    SELECT
        place,
        step
    FROM (
        SELECT
            unnest(range(1, 10)) AS place,
            unnest([
                '< 1 h', '1–4 h', '4–12 h', '12–24 h', '1–2 d', '2–7 d', '7–14 d', '14–30 d', '≥ 30 d'
            ]) AS step
    )
),

counted AS (
    SELECT
        CASE
            WHEN lead_seconds < 3600 THEN 1
            WHEN lead_seconds < 14400 THEN 2
            WHEN lead_seconds < 43200 THEN 3
            WHEN lead_seconds < 86400 THEN 4
            WHEN lead_seconds < 172800 THEN 5
            WHEN lead_seconds < 604800 THEN 6
            WHEN lead_seconds < 1209600 THEN 7
            WHEN lead_seconds < 2592000 THEN 8
            ELSE 9
        END AS place,
        count(*) AS changes
    FROM dora_change
    WHERE
        deployed_at >= $from
        AND deployed_at < $to
        AND is_counted
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
    GROUP BY ALL
)

SELECT
    steps.step,
    coalesce(counted.changes, 0) AS changes,
    coalesce(counted.changes, 0) / sum(counted.changes) OVER () AS share
FROM steps
LEFT JOIN counted
    ON steps.place = counted.place
QUALIFY sum(counted.changes) OVER () > 0
ORDER BY steps.place ASC
