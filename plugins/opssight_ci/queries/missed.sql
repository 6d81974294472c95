-- Scheduled runs that were missed in the time range, with the change against the period before in words.
WITH
counted AS (
    SELECT
        count(*) FILTER (WHERE expected_at >= $from AND is_known AND run_id = '') AS missed,
        count(*) FILTER (WHERE expected_at < $from AND is_known AND run_id = '') AS previous,
        count(*) FILTER (WHERE expected_at >= $from AND (is_known OR run_id <> '')) AS expected
    FROM schedule_moment
    WHERE
        expected_at >= $from - ($to - $from)
        AND due_by <= $to
        AND picked($team, team)
        AND picked($repo, repo)
        AND (
            ($service IS NULL AND $environment IS NULL)
            OR repo IN (
                SELECT deployment.repo
                FROM deployment
                WHERE picked($service, deployment.service) AND picked($environment, deployment.environment)
            )
        )
        AND picked($pipeline, pipeline)
)

SELECT
    missed AS value,
    format('of {:,} due · {:,} before', expected, previous) AS sentence
FROM counted
WHERE expected > 0
