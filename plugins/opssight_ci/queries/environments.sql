-- Environments that were deployed to, production first.
-- shape: variable
SELECT
    environment AS text,
    environment AS value
FROM deployment
WHERE
    picked($team, team)
    AND picked($repo, repo)
GROUP BY environment
ORDER BY max((tier = 'production')::INTEGER) DESC, environment ASC
