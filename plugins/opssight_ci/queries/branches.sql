-- Branches that runs ran on in the time range, the default branches first, then the busiest.
-- shape: variable
SELECT
    branch AS text,
    branch AS value
FROM pipeline_run
WHERE
    created_at >= $from
    AND created_at < $to
    AND branch <> ''
    AND picked($team, team)
    AND picked($repo, repo)
GROUP BY branch
ORDER BY max(is_default_branch::INTEGER) DESC, count(*) DESC, branch ASC
