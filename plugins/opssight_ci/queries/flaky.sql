-- Jobs that failed and passed on one commit in the time range, those that cost most first, with an example pair of runs.
-- Rate, executions and verdict are of the newest 90 days of the repository (unless set otherwise); failures that the
-- platform is to blame for are left out.
WITH
ranged AS (
    SELECT
        source,
        repo,
        pipeline,
        name,
        count(*) FILTER (WHERE reason = '') AS failures,
        count(DISTINCT sha) FILTER (WHERE reason = '') AS flips,
        count(*) FILTER (WHERE reason <> '') AS left_out,
        sum(seconds_lost) FILTER (WHERE reason = '') / 60 AS minutes_lost
    FROM flaky_flip
    WHERE
        failed_at >= $from
        AND failed_at < $to
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
    GROUP BY source, repo, pipeline, name
)

SELECT
    flaky.name AS job_name,
    CASE WHEN flaky.is_flaky THEN '✕ flaky' WHEN ranged.failures > 0 THEN '! perhaps' ELSE '– platform' END AS verdict,
    flaky.flake_rate,
    coalesce(ranged.minutes_lost, 0) AS minutes_lost,
    ranged.flips,
    flaky.last_at,
    flaky.pipeline,
    flaky.repo,
    ranged.failures,
    ranged.left_out,
    flaky.executions,
    flaky.first_at,
    flaky.evidence,
    flaky.probability,
    flaky.sha,
    flaky.failed_run AS run,
    flaky.failed_job,
    flaky.passed_run,
    flaky.passed_job,
    flaky.team,
    flaky.source,
    flaky.url
FROM ranged
INNER JOIN flaky
    ON
        ranged.source = flaky.source AND ranged.repo = flaky.repo
        AND ranged.pipeline = flaky.pipeline AND ranged.name = flaky.name
ORDER BY flaky.is_flaky DESC, minutes_lost DESC, flaky.flake_rate DESC, flaky.repo ASC, job_name ASC, flaky.source ASC
