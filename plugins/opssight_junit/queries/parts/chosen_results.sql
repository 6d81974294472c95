-- Results of the chosen teams' repositories, of those that deploy the chosen services, whatever their time.
SELECT *
FROM test_result
WHERE
    picked($team, team)
    AND picked($repo, repo)
    AND picked($branch, branch)
    AND (
        ($service IS NULL AND $environment IS NULL)
        OR repo IN (
            SELECT repo
            FROM deployment
            WHERE
                picked($service, service)
                AND picked($environment, environment)
        )
    )
