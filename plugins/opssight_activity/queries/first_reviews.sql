-- Seconds from opened to the first review by somebody else: median and nine of ten, per interval of at least a day. Bots'
-- pull requests are left out; so are one or two people,
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
        first_review_at >= $from
        AND first_review_at < $to
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
        AND first_review_at >= created_at
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
    time_bucket(greatest($interval::INTERVAL, INTERVAL '1 day'), first_review_at) AS time,
    median(epoch(first_review_at - created_at)) AS p50_seconds,
    quantile_cont(epoch(first_review_at - created_at), 0.9) AS p90_seconds
FROM chosen
WHERE (SELECT is_shown FROM shown)
GROUP BY ALL
ORDER BY time ASC
