-- Commits by repository, team or author (`by`), with how many people wrote them and the change against the period before.
-- A commit that two sources know counts once; bots' and merge commits are left out. Groups of one or two people are left
-- out, and authors other than yourself, unless you may see single people: the last row says how many.
-- default by: repo
WITH
me AS (
    SELECT DISTINCT person
    FROM identity
    WHERE list_contains(logins, lower($viewer))
),

written AS (
    SELECT
        "commit".repo,
        "commit".sha,
        any_value("commit".team) AS team,
        min("commit".authored_at) AS happened_at,
        arg_min(coalesce(person, author), if(len(logins) > 0, '', 'z') || "commit".source) AS person,
        arg_min(coalesce(crowd, author), if(len(logins) > 0, '', 'z') || "commit".source) AS crowd,
        bool_or(coalesce(is_bot, FALSE)) AS is_bot
    FROM "commit"
    LEFT JOIN identity
        ON
            "commit".source = identity.source
            AND "commit".repo = identity.repo
            AND author = identity.name
            AND author_email = identity.email
    WHERE
        authored_at >= $from - ($to - $from)
        AND authored_at < $to
        AND NOT is_merge
        AND picked($team, "commit".team)
        AND picked($repo, "commit".repo)
    GROUP BY "commit".repo, "commit".sha
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
