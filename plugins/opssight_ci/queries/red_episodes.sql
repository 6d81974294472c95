-- Each time that a pipeline was red on its default branch, newest first: which commit broke it, which mended it.
SELECT
    pipeline,
    CASE WHEN green_at IS NULL OR green_at >= $to THEN 'failure' ELSE 'success' END AS status,
    red_at,
    epoch(least(coalesce(green_at, $to), $to) - red_at) AS red_seconds,
    broken_title,
    broken_by,
    fixed_title,
    repo,
    fixed_by,
    green_at,
    failures,
    CASE WHEN is_same_sha THEN 'a re-run' WHEN fixed_run <> '' THEN 'a commit' ELSE '' END AS mended_by,
    broken_sha,
    fixed_sha,
    fixed_run,
    team,
    source,
    broken_run AS run,
    url
FROM red_episode
WHERE
    red_at < $to
    AND coalesce(green_at, $to) >= $from
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($pipeline, pipeline)
ORDER BY red_at DESC, repo ASC, pipeline ASC, source ASC
