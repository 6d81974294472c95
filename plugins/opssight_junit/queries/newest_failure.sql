-- The test that failed last, else the one that ran last: what a board shows while none is chosen.
-- shape: variable
SELECT
    concat_ws(' › ', nullif(suite, ''), name) AS text,
    concat_ws(' › ', nullif(suite, ''), name) AS value
FROM test_result
WHERE
    ran_at < $to
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($branch, branch)
ORDER BY status IN ('failed', 'error') DESC, ran_at DESC, text ASC
LIMIT 1
