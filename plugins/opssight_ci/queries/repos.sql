-- Repositories that have runs, of the chosen teams.
-- shape: variable
SELECT DISTINCT
    repo AS text,
    repo AS value
FROM pipeline_run
WHERE picked($team, team)
ORDER BY text ASC
