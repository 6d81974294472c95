-- How many schedules missed their last due moment, and which one in words.
WITH
newest AS (
    SELECT *
    FROM schedule_moment
    WHERE
        due_by <= $to
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
    QUALIFY row_number() OVER (PARTITION BY source, repo, pipeline, cron ORDER BY expected_at DESC) = 1
),

counted AS (
    SELECT
        count(*) AS schedules,
        count(*) FILTER (WHERE is_known AND run_id = '') AS missed,
        arg_min(split_part(repo, '/', -1) || ' · ' || pipeline, (expected_at, repo, pipeline))
            FILTER (WHERE is_known AND run_id = '') AS longest
    FROM newest
)

SELECT
    missed AS value,
    CASE
        WHEN missed = 0 THEN format('of {:,}, all on time', schedules)
        ELSE format('of {:,} · {}', schedules, longest)
    END AS sentence
FROM counted
WHERE schedules > 0
