-- Share of the pull requests merged in the time range that nobody but their author reviewed, with the change against the
-- period before in words. A bot's review is none. Bots' pull requests, and those of which no reviews are known, are left out.
-- One or two people are left out, unless they are yourself or you may see single people.
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
        merged_at >= $from - ($to - $from)
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
        merged_at >= $from AS is_now,
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
),

counts AS (
    SELECT
        $sees_people
        OR count(DISTINCT crowd) FILTER (WHERE is_now AND NOT is_bot) NOT BETWEEN 1 AND 2
        OR bool_and(person IN (SELECT person FROM me)) FILTER (WHERE is_now AND NOT is_bot) AS is_shown,
        $sees_people OR count(DISTINCT crowd) FILTER (WHERE NOT is_now AND NOT is_bot) > 2 AS was_shown,
        count(*) FILTER (WHERE is_now AND review = 'unreviewed') AS unreviewed,
        count(*) FILTER (WHERE is_now AND review <> 'unknown') AS known,
        count(*) FILTER (WHERE is_now AND review = 'unknown') AS unknown,
        avg((review = 'unreviewed')::INTEGER) FILTER (WHERE NOT is_now AND review <> 'unknown') AS previous
    FROM judged
)

SELECT
    if(is_shown, unreviewed / known, NULL) AS value,
    if(NOT is_shown, 'left out: fewer than three people', concat_ws(
        ' · ',
        CASE
            WHEN NOT was_shown OR previous IS NULL THEN NULL
            WHEN unreviewed / known >= previous THEN format('▲ {:.1f} pts', 100 * (unreviewed / known - previous))
            ELSE format('▼ {:.1f} pts', 100 * (previous - unreviewed / known))
        END,
        format('{:,} of {:,} merged', unreviewed, known),
        if(unknown > 0, format('{:,} unknown', unknown), NULL)
    )) AS sentence
FROM counts
WHERE known > 0
