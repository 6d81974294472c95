-- Names of the pipelines of the chosen teams and repositories.
-- shape: variable
SELECT DISTINCT
    pipeline AS text,
    pipeline AS value
FROM pipeline_run
WHERE
    picked($team, team)
    AND picked($repo, repo)
ORDER BY text ASC
