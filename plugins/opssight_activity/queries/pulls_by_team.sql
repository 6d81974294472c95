-- Each team's pull requests: open, stuck, merged, merged without a review by somebody else, first review, size. Bots' ones
-- are left out; so are teams of one or two people, unless you may see single people: the last row says how many.
-- default stuck_days: 7
-- with: settings, judged_pulls
WITH
judged AS (
    SELECT
        *,
        coalesce(nullif(team, ''), 'no team') AS owner,
        coalesce(closed_at, merged_at, if(state = 'open', $to, created_at)) >= $to AS is_open,
        coalesce(merged_at >= $from AND merged_at < $to, FALSE) AS is_merged,
        coalesce(first_review_at >= $from AND first_review_at < $to AND first_review_at >= created_at, FALSE)
            AS is_first_reviewed,
        NOT draft AND $to - created_at > to_seconds(86400 * days) AS is_old
    FROM judged_pulls
    CROSS JOIN settings
    WHERE
        created_at < $to
        AND coalesce(closed_at, merged_at, if(state = 'open', $to, created_at)) >= $from
        AND NOT is_bot
),

teams AS (
    SELECT
        owner,
        any_value(team) AS team,
        $sees_people OR count(DISTINCT crowd) > 2 AS is_shown,
        count(*) FILTER (WHERE is_open) AS open_pulls,
        count(*) FILTER (WHERE is_open AND is_old) AS stuck,
        median(epoch($to - created_at)) FILTER (WHERE is_open) AS age_seconds,
        count(*) FILTER (WHERE is_merged) AS merged,
        count(*) FILTER (WHERE is_merged AND review = 'unreviewed') AS unreviewed,
        avg((review = 'unreviewed')::INTEGER) FILTER (WHERE is_merged AND review <> 'unknown') AS unreviewed_rate,
        median(epoch(first_review_at - created_at)) FILTER (WHERE is_first_reviewed) AS first_review_seconds,
        median(additions + deletions) FILTER (WHERE is_merged) AS changed_lines
    FROM judged
    GROUP BY owner
)

SELECT
    owner,
    stuck,
    unreviewed_rate,
    first_review_seconds,
    open_pulls,
    age_seconds,
    merged,
    changed_lines,
    unreviewed,
    team
FROM teams
WHERE is_shown

UNION ALL

SELECT
    format('{:,} left out: fewer than three people', count(*)) AS owner,
    NULL AS stuck,
    NULL AS unreviewed_rate,
    NULL AS first_review_seconds,
    NULL AS open_pulls,
    NULL AS age_seconds,
    NULL AS merged,
    NULL AS changed_lines,
    NULL AS unreviewed,
    NULL AS team
FROM teams
WHERE NOT is_shown
HAVING count(*) > 0
ORDER BY stuck DESC NULLS LAST, unreviewed_rate DESC NULLS LAST, owner ASC
