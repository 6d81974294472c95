-- Whose work can be chosen: your own; everybody's for those who may see single people.
-- shape: variable
-- with: me
SELECT DISTINCT
    person AS text,
    person AS value
FROM identity
WHERE
    NOT is_bot
    AND ($sees_people OR person IN (SELECT person FROM me))
    AND picked($team, team)
    AND picked($repo, repo)
ORDER BY text ASC
