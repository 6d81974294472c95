-- Failed runs on the default branch as a lane over every time axis.
-- shape: annotations
SELECT
    coalesce(started_at, created_at) AS time,
    finished_at AS "timeEnd",
    'F ' || pipeline AS title,
    repo || ': ' || title AS text,
    'failure' AS tags
FROM pipeline_run
WHERE
    created_at >= $from
    AND created_at < $to
    AND status = 'failure'
    AND is_default_branch
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($pipeline, pipeline)
ORDER BY time ASC
