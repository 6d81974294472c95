-- Labels that jobs asked for their runner, as one text for each set, the busiest first.
-- shape: variable
SELECT
    runner_label AS text,
    runner_label AS value
FROM runner_price
WHERE
    runner_label <> ''
    AND picked($team, team)
    AND picked($repo, repo)
    AND (
        $service IS NULL
        OR repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
    )
GROUP BY runner_label
ORDER BY count(*) DESC, runner_label ASC
