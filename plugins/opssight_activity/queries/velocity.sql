-- Pull requests merged a week, and those a week and person: whole numbers of people only, from three on. Bots' ones are
-- left out. A selection of one or two people is left out, unless they are yourself or you may see single people.
-- shape: timeseries
-- with: me, pulls
WITH
chosen AS (
    SELECT *
    FROM pulls
    WHERE
        merged_at >= date_trunc('week', $from::TIMESTAMP)
        AND merged_at < $to
        AND NOT is_bot
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
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
    count(*) AS merged,
    if(count(DISTINCT crowd) > 2 OR $sees_people, round(count(*) / count(DISTINCT crowd), 2), NULL) AS merged_per_person
FROM chosen
WHERE (SELECT is_shown FROM shown)
GROUP BY ALL
ORDER BY time ASC
