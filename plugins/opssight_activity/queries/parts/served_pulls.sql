-- Pull requests of the repositories that deploy the chosen services.
-- with: pulls
SELECT *
FROM pulls
WHERE
    ($service IS NULL AND $environment IS NULL)
    OR repo IN (
        SELECT deployment.repo
        FROM deployment
        WHERE picked($service, deployment.service) AND picked($environment, deployment.environment)
    )
