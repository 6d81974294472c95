-- Each pipeline on its default branch: green or red, red since when, and by which commit and author.
SELECT
    pipeline,
    status,
    red_since,
    repo,
    broken_title,
    broken_by,
    broken_sha,
    last_at,
    team,
    source,
    broken_run AS run,
    url
FROM main_branch
WHERE
    picked($team, team)
    AND picked($repo, repo)
    AND picked($pipeline, pipeline)
    AND picked($status, status)
ORDER BY status = 'failure' DESC, red_since ASC, repo ASC, pipeline ASC
