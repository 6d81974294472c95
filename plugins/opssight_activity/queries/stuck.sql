-- Pull requests that have been open for more than so many days (7, unless another number is given) at the end of the time
-- range. Drafts and bots' ones are left out.
-- default stuck_days: 7
WITH
me AS (
    SELECT DISTINCT person
    FROM identity
    WHERE list_contains(logins, lower($viewer))
),

settings AS (
    SELECT coalesce(try_cast($stuck_days[1] AS DOUBLE), 7) AS days
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
        created_at < $to
        AND coalesce(closed_at, merged_at, if(state = 'open', $to, created_at)) >= $to
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

counts AS (
    SELECT
        count(*) FILTER (WHERE NOT draft AND $to - created_at > to_seconds(86400 * days)) AS stuck,
        count(*) AS pulls,
        any_value(days) AS days
    FROM pulls
    CROSS JOIN settings
    WHERE
        NOT is_bot
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
)

SELECT
    stuck AS value,
    format('of {:,} open · longer than {} days', pulls, days::INTEGER) AS sentence
FROM counts
WHERE pulls > 0
