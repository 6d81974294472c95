-- Commits, merged pull requests, deployments and failures per interval of at least a day. Bots' work and merge commits are
-- left out. A selection of one or two people shows
-- deployments and failures alone, unless they are yourself or you may see single people.
-- shape: timeseries
-- default timezone: UTC
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
        authored_at >= $from
        AND authored_at < $to
        AND NOT is_merge
        AND picked($team, "commit".team)
        AND picked($repo, "commit".repo)
    GROUP BY "commit".repo, "commit".sha
),

pulls AS (
    SELECT
        pull_request.*,
        coalesce(person, author) AS person,
        coalesce(crowd, author) AS crowd,
        coalesce(is_bot, FALSE) AS is_bot
    FROM pull_request
    LEFT JOIN identity
        ON
            pull_request.source = identity.source
            AND pull_request.repo = identity.repo
            AND author = identity.name
            AND identity.email = ''
    WHERE
        merged_at >= $from
        AND merged_at < $to
        AND picked($team, pull_request.team)
        AND picked($repo, pull_request.repo)
),

work AS (
    SELECT
        'commit' AS kind,
        happened_at,
        person,
        crowd
    FROM written
    WHERE
        NOT is_bot
        AND picked($kind, 'commit')
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))

    UNION ALL

    SELECT
        'merge' AS kind,
        merged_at AS happened_at,
        person,
        crowd
    FROM pulls
    WHERE
        NOT is_bot
        AND picked($kind, 'merge')
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
),

workers AS (
    SELECT DISTINCT
        person,
        crowd
    FROM work
),

shown AS (
    SELECT
        $sees_people
        OR count(DISTINCT crowd) NOT BETWEEN 1 AND 2
        OR bool_and(person IN (SELECT person FROM me)) AS is_shown
    FROM workers
),

actors AS (
    SELECT
        source,
        repo,
        name
    FROM identity
    WHERE
        $author IS NOT NULL
        AND email = ''
        AND picked($author, person)
        AND ($sees_people OR person IN (SELECT person FROM me))
),

quarters AS (
    SELECT
        kind,
        time_bucket(INTERVAL '15 minutes', happened_at) AS quarter,
        count(*) AS events
    FROM work
    WHERE (SELECT is_shown FROM shown)
    GROUP BY ALL

    UNION ALL

    SELECT
        'deployment' AS kind,
        time_bucket(INTERVAL '15 minutes', created_at) AS quarter,
        count(*) AS events
    FROM deployment
    WHERE
        created_at >= $from
        AND created_at < $to
        AND tier = 'production'
        AND status = 'success'
        AND picked($service, service)
        AND picked($environment, environment)
        AND picked($kind, 'deployment')
        AND picked($team, team)
        AND picked($repo, repo)
        AND ($author IS NULL OR (source, repo, actor) IN (SELECT (source, repo, name) FROM actors))
    GROUP BY ALL

    UNION ALL

    SELECT
        'failure' AS kind,
        time_bucket(INTERVAL '15 minutes', created_at) AS quarter,
        count(*) AS events
    FROM pipeline_run
    WHERE
        created_at >= $from
        AND created_at < $to
        AND is_default_branch
        AND status = 'failure'
        AND picked($kind, 'failure')
        AND picked($team, team)
        AND picked($repo, repo)
        AND ($author IS NULL OR (source, repo, actor) IN (SELECT (source, repo, name) FROM actors))
    GROUP BY ALL
),

marks AS (
    SELECT
        kind,
        events,
        if(kind <> 'failure' OR coalesce(list_contains($kind, 'failure'), FALSE), events, 0) AS value,
        timezone($timezone[1], timezone('UTC', quarter)) AS happened_at
    FROM quarters
)

SELECT
    timezone(
        'UTC', timezone($timezone[1], time_bucket(greatest($interval::INTERVAL, INTERVAL '1 day'), happened_at))
    ) AS time,
    kind,
    sum(events)::BIGINT AS events
FROM marks
GROUP BY ALL
ORDER BY time ASC, kind ASC
