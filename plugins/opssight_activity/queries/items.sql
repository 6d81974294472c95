-- What happened, newest first: commits, merged pull requests, deployments to production and failed runs on default
-- branches, each with who made it as its forge says. Bots' commits and pull requests and merge commits are left out.
-- At most 1,000 rows; a shorter time range shows them all.
-- default timezone: UTC
-- with: written, pulls, actors
WITH
events AS (
    SELECT
        'commit' AS kind,
        title,
        repo,
        author,
        happened_at,
        left(sha, 8) AS reference,
        team,
        '' AS run,
        url
    FROM written
    WHERE
        NOT is_bot
        AND picked($kind, 'commit')
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))

    UNION ALL

    SELECT
        'merge' AS kind,
        title,
        repo,
        author,
        merged_at AS happened_at,
        '#' || number AS reference,
        team,
        '' AS run,
        url
    FROM pulls
    WHERE
        merged_at >= $from
        AND merged_at < $to
        AND NOT is_bot
        AND picked($kind, 'merge')
        AND picked($author, person)
        AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))

    UNION ALL
    SELECT
        'deployment' AS kind,
        coalesce(nullif(service, ''), repo) || ' → ' || environment AS title,
        repo,
        actor AS author,
        created_at AS happened_at,
        coalesce(nullif(version, ''), left(sha, 8)) AS reference,
        team,
        run_id AS run,
        url
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

    UNION ALL

    SELECT
        'failure' AS kind,
        pipeline || ': ' || title AS title,
        repo,
        actor AS author,
        created_at AS happened_at,
        branch AS reference,
        team,
        id AS run,
        url
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
)

SELECT
    kind,
    title,
    repo,
    author,
    happened_at,
    reference,
    team,
    run,
    if(run = '', url, '/d/opssight-run?var-run=' || url_encode(run)) AS opens,
    url
FROM events
WHERE
    picked($weekday, isodow(timezone($timezone[1], timezone('UTC', happened_at)))::VARCHAR)
    AND picked($hour, hour(timezone($timezone[1], timezone('UTC', happened_at)))::VARCHAR)
ORDER BY happened_at DESC, kind ASC, repo ASC, reference ASC
LIMIT 1000
