-- Environments that were deployed to, production first; for the variable at the top of each board.
-- shape: variable
SELECT
    environment AS text,
    environment AS value
FROM dora_deployment
WHERE
    environment <> ''
    AND picked($team, team)
    AND picked($service, service)
    AND picked($repo, repo)
GROUP BY environment
ORDER BY max((tier = 'production')::INTEGER) DESC, text ASC
