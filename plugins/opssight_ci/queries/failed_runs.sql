-- Failed runs on the default branch, one row a pipeline that ran; none failed is a row with 0. A run counts as its last
-- attempt ended, so that a re-run that succeeds clears it.
-- shape: alert
WITH
last_attempts AS (
    SELECT *
    FROM pipeline_run
    WHERE
        created_at >= $from
        AND created_at < $to
        AND is_default_branch
        AND picked($team, team)
        AND picked($repo, repo)
    QUALIFY row_number() OVER (PARTITION BY source, id ORDER BY attempt DESC) = 1
)

SELECT
    source,
    team,
    repo,
    pipeline,
    count(*) FILTER (WHERE status = 'failure') AS value
FROM last_attempts
GROUP BY source, team, repo, pipeline
ORDER BY repo ASC, pipeline ASC, source ASC, team ASC
