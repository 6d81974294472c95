-- Median age in seconds of the pull requests that are open at the end of the time range, with their number and the oldest
-- in words. Drafts count, bots' ones do not.
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
        median(epoch($to - created_at)) AS seconds,
        max(epoch($to - created_at)) AS oldest,
        count(*) AS pulls,
        count(*) FILTER (WHERE draft) AS drafts
    FROM pulls
    WHERE
        NOT is_bot
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
)

SELECT
    seconds AS value,
    format('{:,} open, oldest {:.0f} days', pulls, oldest / 86400) AS sentence
FROM counts
WHERE pulls > 0
