-- Median seconds from opened to the first review by somebody else, of the reviews given in the time range, with the change
-- against the period before in words. Bots' pull requests are left out.
-- One or two people are left out, unless they are yourself or you may see single people.
-- with: chosen_pulls
WITH
counts AS (
    SELECT
        $sees_people
        OR count(DISTINCT crowd) FILTER (WHERE first_review_at >= $from AND NOT is_bot) NOT BETWEEN 1 AND 2
        OR bool_and(person IN (SELECT person FROM me)) FILTER (WHERE first_review_at >= $from AND NOT is_bot)
            AS is_shown,
        $sees_people
        OR count(DISTINCT crowd) FILTER (WHERE NOT first_review_at >= $from AND NOT is_bot) > 2 AS was_shown,
        median(epoch(first_review_at - created_at)) FILTER (WHERE first_review_at >= $from) AS seconds,
        median(epoch(first_review_at - created_at)) FILTER (WHERE first_review_at < $from) AS previous,
        count(*) FILTER (WHERE first_review_at >= $from) AS reviews
    FROM chosen_pulls
    WHERE
        first_review_at >= $from - ($to - $from)
        AND first_review_at < $to
        AND first_review_at >= created_at
)

SELECT
    if(is_shown, seconds, NULL) AS value,
    if(NOT is_shown, 'left out: fewer than three people', concat_ws(
        ' · ',
        CASE
            WHEN NOT was_shown OR previous IS NULL OR previous = 0 THEN NULL
            WHEN seconds >= previous THEN format('▲ {:.0f} %', 100 * (seconds / previous - 1))
            ELSE format('▼ {:.0f} %', 100 * (1 - seconds / previous))
        END,
        format('{:,} first reviews', reviews)
    )) AS sentence
FROM counts
WHERE reviews > 0
