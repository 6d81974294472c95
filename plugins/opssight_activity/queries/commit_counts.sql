-- Commits by repository, team or author (`by`), with how many people wrote them and the change against the period before.
-- A commit that two sources know counts once; bots' and merge commits are left out. Groups of one or two people are left
-- out, and authors other than yourself, unless you may see single people: the last row says how many.
-- default by: repo
-- with: me, authored
WITH
written AS (
    SELECT
        repo,
        sha,
        any_value(team) AS team,
        min(authored_at) AS happened_at,
        arg_min(person, doubt) AS person,
        arg_min(crowd, doubt) AS crowd,
        bool_or(is_bot) AS is_bot
    FROM authored
    WHERE
        authored_at >= $from - ($to - $from)
        AND authored_at < $to
    GROUP BY repo, sha
),

counts AS (
    SELECT
        CASE $by[1]
            WHEN 'author' THEN person WHEN 'team' THEN coalesce(nullif(team, ''), 'no team') ELSE repo
        END AS name,
        count(*) FILTER (WHERE happened_at >= $from) AS commits,
        count(*) FILTER (WHERE happened_at < $from) AS previous,
        $sees_people OR $by[1] = 'author' OR count(DISTINCT crowd) FILTER (WHERE happened_at < $from) > 2 AS was_shown,
        count(DISTINCT crowd) FILTER (WHERE happened_at >= $from) AS people,
        max(happened_at) AS last_at,
        bool_and(person IN (SELECT person FROM me)) FILTER (WHERE happened_at >= $from) AS is_mine
    FROM written
    WHERE
        NOT is_bot
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
    GROUP BY name
    HAVING commits > 0
),

shown AS (
    SELECT
        *,
        if(was_shown AND previous > 0, commits / previous - 1, NULL) AS commits_change,
        $sees_people OR is_mine OR (people > 2 AND $by[1] <> 'author') AS is_shown
    FROM counts
)

SELECT
    name,
    commits,
    commits_change,
    people,
    last_at
FROM shown
WHERE is_shown

UNION ALL

SELECT
    if(
        $by[1] = 'author',
        format('{:,} left out: others'' figures', count(*)),
        format('{:,} left out: fewer than three people', count(*))
    ) AS name,
    NULL AS commits,
    NULL AS commits_change,
    NULL AS people,
    NULL AS last_at
FROM shown
WHERE NOT is_shown
HAVING count(*) > 0
ORDER BY commits DESC NULLS LAST, name ASC
