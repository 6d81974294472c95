-- Every result of the chosen tests, newest first, each with the run that it comes from.
SELECT
    status,
    name,
    ran_at,
    duration_seconds,
    tries,
    message,
    branch,
    repo,
    suite,
    is_flaky,
    attempt,
    sha,
    pipeline,
    file,
    team,
    source,
    run_id AS run,
    url
FROM test_result
WHERE
    ran_at >= $from
    AND ran_at < $to
    AND picked(coalesce($test, $otherwise), concat_ws(' › ', nullif(suite, ''), name))
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($branch, branch)
ORDER BY ran_at DESC, attempt DESC, run_id DESC, source ASC
LIMIT 2000
