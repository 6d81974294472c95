-- Whether each schedule missed its last due moment: 1 where no run began within its grace, else 0.
-- shape: alert
SELECT
    source,
    team,
    repo,
    pipeline,
    max(is_missed)::INTEGER AS value
FROM (
    SELECT
        source,
        team,
        repo,
        pipeline,
        (is_known AND run_id = '')::INTEGER AS is_missed
    FROM schedule_moment
    WHERE
        due_by <= $to
        AND picked($team, team)
        AND picked($repo, repo)
    QUALIFY row_number() OVER (PARTITION BY source, repo, pipeline, cron ORDER BY expected_at DESC) = 1
)
GROUP BY source, team, repo, pipeline
ORDER BY repo ASC, pipeline ASC, source ASC, team ASC
