-- Pull requests merged a week by size: lines added and removed. Bots' ones are left out; so are one or two people,
-- unless they are yourself or you may see single people.
-- shape: timeseries
WITH
me AS (
    SELECT DISTINCT person
    FROM identity
    WHERE list_contains(logins, lower($viewer))
),

pulls AS (
    SELECT
        pull_request.*,
        coalesce(person, author) AS person,
        coalesce(crowd, author) AS crowd,
        coalesce(is_bot, FALSE) AS is_bot
    FROM pull_request
    LEFT JOIN identity
        ON
            pull_request.source = identity.source
            AND pull_request.repo = identity.repo
            AND author = identity.name
            AND identity.email = ''
    WHERE
        merged_at >= date_trunc('week', $from::TIMESTAMP)
        AND merged_at < $to
        AND picked($team, pull_request.team)
        AND picked($repo, pull_request.repo)
        AND (
            ($service IS NULL AND $environment IS NULL)
            OR pull_request.repo IN (
                SELECT deployment.repo
                FROM deployment
                WHERE picked($service, deployment.service) AND picked($environment, deployment.environment)
            )
        )
),

chosen AS (
    SELECT *
    FROM pulls
    WHERE
        NOT is_bot
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
