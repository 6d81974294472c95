-- Pull requests merged in the time range, newest first: who reviewed each, how long it took, how large it is. Bots' ones
-- are left out. At most 1,000 rows; a shorter time range shows them all.
WITH
me AS (
    SELECT DISTINCT person
    FROM identity
    WHERE list_contains(logins, lower($viewer))
),

bots AS (
    SELECT coalesce(list(DISTINCT name), []) AS names
    FROM identity
    WHERE is_bot AND email = ''
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
        merged_at >= $from
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

judged AS (
    SELECT
        *,
        additions + deletions AS changed_lines,
        CASE
            WHEN len(reviewers) > len(list_intersect(reviewers, list_append(names, author))) THEN 'reviewed'
            WHEN len(reviewers) > 0 THEN 'unreviewed'
            WHEN review_count > 0 OR first_review_at IS NOT NULL OR approved_at IS NOT NULL THEN 'reviewed'
            WHEN review_count IS NULL THEN 'unknown'
            ELSE 'unreviewed'
        END AS review
    FROM pulls
    CROSS JOIN bots
    WHERE
        NOT is_bot
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
)

SELECT
    title,
    CASE review
        WHEN 'reviewed' THEN '✓ reviewed' WHEN 'unreviewed' THEN '✕ by nobody else' ELSE '? not known'
    END AS review,
    repo,
    author,
    merged_at,
    epoch(merged_at - created_at) AS open_seconds,
    epoch(first_review_at - created_at) AS first_review_seconds,
    changed_lines,
    number,
    reviewers,
    merged_by,
    team,
    source,
    url
FROM judged
WHERE
    $only IS NULL
    OR list_contains($only, if(review = 'unknown', 'review unknown', review))
    OR (changed_lines > 1000 AND list_contains($only, 'large'))
ORDER BY merged_at DESC, repo ASC, number ASC
LIMIT 1000
