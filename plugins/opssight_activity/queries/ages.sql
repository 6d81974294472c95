-- Pull requests that are open at the end of the time range by how long they have been, and what they wait for. Bots' ones
-- are left out.
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
)

SELECT
    CASE
        WHEN $to - created_at <= INTERVAL '1 day' THEN 'up to a day'
        WHEN $to - created_at <= INTERVAL '3 days' THEN 'up to 3 days'
        WHEN $to - created_at <= INTERVAL '7 days' THEN 'up to a week'
        WHEN $to - created_at <= INTERVAL '30 days' THEN 'up to 30 days'
        WHEN $to - created_at <= INTERVAL '90 days' THEN 'up to 90 days'
        ELSE 'longer'
    END AS age,
    count(*) AS pulls,
    count(*) FILTER (WHERE draft) AS drafts,
    count(*) FILTER (WHERE NOT draft AND first_review_at IS NULL) AS unseen,
    count(*) FILTER (WHERE NOT draft AND approved_at IS NOT NULL) AS approved
FROM pulls
WHERE
    NOT is_bot
    AND picked($author, person)
    AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
GROUP BY ALL
ORDER BY max($to - created_at) ASC
