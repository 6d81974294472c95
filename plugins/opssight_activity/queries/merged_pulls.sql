-- Pull requests merged in the time range, newest first: who reviewed each, how long it took, how large it is. Bots' ones
-- are left out. At most 1,000 rows; a shorter time range shows them all.
-- with: me, judged_pulls
WITH
judged AS (
    SELECT
        *,
        additions + deletions AS changed_lines
    FROM judged_pulls
    WHERE
        merged_at >= $from
        AND merged_at < $to
        AND NOT is_bot
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
