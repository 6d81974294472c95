-- Pull requests merged a week by size: lines added and removed. Bots' ones are left out; so are one or two people,
-- unless they are yourself or you may see single people.
-- shape: timeseries
-- with: chosen_pulls
WITH
chosen AS (
    SELECT *
    FROM chosen_pulls
    WHERE
        merged_at >= date_trunc('week', $from::TIMESTAMP)
        AND merged_at < $to
),

shown AS (
    SELECT
        $sees_people
        OR count(DISTINCT crowd) > 2
        OR coalesce(bool_and(person IN (SELECT person FROM me)), FALSE) AS is_shown
    FROM chosen
)

SELECT
    date_trunc('week', merged_at)::TIMESTAMP AS time,
    CASE
        WHEN additions + deletions IS NULL THEN 'unknown'
        WHEN additions + deletions <= 10 THEN 'XS ≤ 10'
        WHEN additions + deletions <= 50 THEN 'S ≤ 50'
        WHEN additions + deletions <= 250 THEN 'M ≤ 250'
        WHEN additions + deletions <= 1000 THEN 'L ≤ 1000'
        ELSE 'XL > 1000'
    END AS size,
    count(*) AS pulls
FROM chosen
WHERE (SELECT is_shown FROM shown)
GROUP BY ALL
ORDER BY time ASC, size ASC
