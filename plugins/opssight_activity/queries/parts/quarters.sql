-- Work, deployments and failures a quarter of an hour, which no time zone cuts in two.
-- with: work, shown, actors
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
