-- Pull requests merged in the time range, with the change against the period before and how many a week and person that
-- is (from three people on) in words. Bots' ones are left out.
-- One or two people are left out, unless they are yourself or you may see single people.
-- with: me, served_pulls
WITH
counts AS (
    SELECT
        $sees_people
        OR count(DISTINCT crowd) FILTER (WHERE merged_at >= $from AND NOT is_bot) NOT BETWEEN 1 AND 2
        OR bool_and(person IN (SELECT person FROM me)) FILTER (WHERE merged_at >= $from AND NOT is_bot) AS is_shown,
        $sees_people OR count(DISTINCT crowd) FILTER (WHERE NOT merged_at >= $from AND NOT is_bot) > 2 AS was_shown,
        count(*) FILTER (WHERE merged_at >= $from AND NOT is_bot) AS merged,
        count(*) FILTER (WHERE merged_at < $from AND NOT is_bot) AS previous,
        count(*) FILTER (WHERE merged_at >= $from AND is_bot) AS of_bots,
        count(DISTINCT crowd) FILTER (WHERE merged_at >= $from AND NOT is_bot) AS people,
        epoch($to - $from) / 604800 AS weeks
    FROM served_pulls
    WHERE
        merged_at >= $from - ($to - $from)
        AND merged_at < $to
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
)

SELECT
    if(is_shown, merged, NULL) AS value,
    if(NOT is_shown, 'left out: fewer than three people', concat_ws(
        ' · ',
        CASE
            WHEN NOT was_shown OR previous = 0 THEN NULL
            WHEN merged >= previous THEN format('▲ {:.0f} %', 100 * (merged / previous - 1))
            ELSE format('▼ {:.0f} %', 100 * (1 - merged / previous))
        END,
        CASE WHEN people > 2 THEN format('{:.1f} a week each', merged / weeks / people) END,
        if(of_bots > 0, format('{:,} of bots out', of_bots), NULL)
    )) AS sentence
FROM counts
WHERE merged > 0
