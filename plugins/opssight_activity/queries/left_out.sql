-- What the boards of activity leave out in the time range, and why: bots' work, merge commits, second copies of a commit
-- from another source, reviews that are not known, people without a login.
-- with: pulls
WITH
seen AS (
    SELECT
        count(*) FILTER (WHERE is_merge) AS joins,
        count(*) FILTER (WHERE NOT is_merge) AS commits,
        count(DISTINCT hash("commit".repo, sha)) FILTER (WHERE NOT is_merge) AS different,
        count(DISTINCT hash("commit".repo, sha)) FILTER (WHERE NOT is_merge AND is_bot) AS of_bots,
        count(DISTINCT person) FILTER (WHERE matched IN ('mail only', 'name only')) AS unmatched
    FROM "commit"
    LEFT JOIN identity
        ON
            "commit".source = identity.source
            AND "commit".repo = identity.repo
            AND author = identity.name
            AND author_email = identity.email
    WHERE
        authored_at >= $from
        AND authored_at < $to
        AND picked($team, "commit".team)
        AND picked($repo, "commit".repo)
),

counts AS (
    SELECT
        count(*) FILTER (WHERE is_bot) AS of_bots,
        count(*) FILTER (
            WHERE NOT is_bot AND review_count IS NULL AND len(reviewers) = 0 AND first_review_at IS NULL
        ) AS unknown
    FROM pulls
    WHERE
        merged_at >= $from
        AND merged_at < $to
),

waiting AS (
    SELECT count(*) FILTER (WHERE is_bot) AS of_bots
    FROM pulls
    WHERE
        created_at < $to
        AND coalesce(closed_at, merged_at, if(state = 'open', $to, created_at)) >= $to
),

reasons AS (
    SELECT
        'open pull requests of bots' AS what,
        of_bots AS rows_left_out,
        'bots are no people' AS reason
    FROM waiting
    UNION ALL
    SELECT
        'commits of bots' AS what,
        of_bots AS rows_left_out,
        'bots are no people; deployments and failures count whoever started them' AS reason
    FROM seen
    UNION ALL
    SELECT
        'merged pull requests of bots' AS what,
        of_bots AS rows_left_out,
        'bots are no people' AS reason
    FROM counts
    UNION ALL
    SELECT
        'merge commits' AS what,
        joins AS rows_left_out,
        'they join what was written before' AS reason
    FROM seen
    UNION ALL
    SELECT
        'second copies of commits' AS what,
        commits - different AS rows_left_out,
        'another source has the same commit of the same repository' AS reason
    FROM seen
    UNION ALL
    SELECT
        'merged pull requests, from the unreviewed' AS what,
        unknown AS rows_left_out,
        'it is not known whether they were reviewed' AS reason
    FROM counts
    UNION ALL
    SELECT
        'people without a login' AS what,
        unmatched AS rows_left_out,
        'counted, but nobody can see the own figures: the settings may say who they are' AS reason
    FROM seen
)

SELECT
    what,
    rows_left_out,
    reason
FROM reasons
WHERE rows_left_out > 0
ORDER BY rows_left_out DESC, what ASC
