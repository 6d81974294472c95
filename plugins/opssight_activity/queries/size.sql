-- Median number of lines added and removed by the pull requests merged in the time range, with the change against the
-- period before and the share of large ones in words. Bots' ones, and those whose size is not known, are left out.
-- One or two people are left out, unless they are yourself or you may see single people.
-- with: chosen_pulls
WITH
sized AS (
    SELECT
        *,
        additions + deletions AS changed_lines
    FROM chosen_pulls
    WHERE
        merged_at >= $from - ($to - $from)
        AND merged_at < $to
        AND additions + deletions IS NOT NULL
),

counts AS (
    SELECT
        $sees_people
        OR count(DISTINCT crowd) FILTER (WHERE merged_at >= $from AND NOT is_bot) NOT BETWEEN 1 AND 2
        OR bool_and(person IN (SELECT person FROM me)) FILTER (WHERE merged_at >= $from AND NOT is_bot) AS is_shown,
        $sees_people OR count(DISTINCT crowd) FILTER (WHERE NOT merged_at >= $from AND NOT is_bot) > 2 AS was_shown,
        median(changed_lines) FILTER (WHERE merged_at >= $from) AS size,
        median(changed_lines) FILTER (WHERE merged_at < $from) AS previous,
        count(*) FILTER (WHERE merged_at >= $from) AS pulls,
        count(*) FILTER (WHERE merged_at >= $from AND changed_lines > 1000) AS large
    FROM sized
)

SELECT
    if(is_shown, size, NULL) AS value,
    if(NOT is_shown, 'left out: fewer than three people', concat_ws(
        ' · ',
        CASE
            WHEN NOT was_shown OR previous IS NULL OR previous = 0 THEN NULL
            WHEN size >= previous THEN format('▲ {:.0f} %', 100 * (size / previous - 1))
            ELSE format('▼ {:.0f} %', 100 * (1 - size / previous))
        END,
        format('{:,} of {:,} are XL', large, pulls)
    )) AS sentence
FROM counts
WHERE pulls > 0
