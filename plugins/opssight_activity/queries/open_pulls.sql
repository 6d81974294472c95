-- Pull requests that are open at the end of the time range, the oldest first, with what each waits for. Bots' ones are
-- left out.
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

marked AS (
    SELECT
        *,
        NOT draft AND $to - created_at > to_seconds(86400 * days) AS is_stuck,
        additions + deletions AS changed_lines,
        [
            if(NOT draft AND $to - created_at > to_seconds(86400 * days), 'stuck', ''),
            if(draft, 'draft', ''),
            if(NOT draft AND coalesce(first_review_at >= $to, TRUE), 'waits for review', ''),
            if(additions + deletions > 1000, 'large', '')
        ] AS marks,
        CASE
            WHEN draft THEN 'draft'
            WHEN approved_at < $to THEN 'merge'
            WHEN first_review_at < $to THEN 'author or review'
            ELSE 'first review'
        END AS waits_for
    FROM pulls
    CROSS JOIN settings
    WHERE
        NOT is_bot
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
)

SELECT
    title,
    waits_for,
    epoch($to - created_at) AS age_seconds,
    repo,
    author,
    if(is_stuck, '✕ stuck', if(draft, '– draft', '◔ open')) AS state,
    epoch(first_review_at - created_at) AS first_review_seconds,
    changed_lines,
    number,
    reviewers,
    created_at,
    team,
    source,
    url
FROM marked
WHERE $only IS NULL OR list_has_any($only, marks)
ORDER BY created_at ASC, repo ASC, number ASC
LIMIT 1000
