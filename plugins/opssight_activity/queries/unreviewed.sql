-- Share of the pull requests merged in the time range that nobody but their author reviewed, with the change against the
-- period before in words. A bot's review is none. Bots' pull requests, and those of which no reviews are known, are left out.
-- One or two people are left out, unless they are yourself or you may see single people.
-- with: me, judged_pulls
WITH
judged AS (
    SELECT
        *,
        merged_at >= $from AS is_now
    FROM judged_pulls
    WHERE
        merged_at >= $from - ($to - $from)
        AND merged_at < $to
        AND NOT is_bot
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
