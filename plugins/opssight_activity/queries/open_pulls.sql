-- Pull requests that are open at the end of the time range, the oldest first, with what each waits for. Bots' ones are
-- left out.
-- default stuck_days: 7
-- with: settings, still_open
WITH
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
    FROM still_open
    CROSS JOIN settings
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
