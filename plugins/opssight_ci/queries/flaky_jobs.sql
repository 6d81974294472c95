-- How many jobs are flaky and failed so in the time range, with the worst of them in words.
WITH
ranged AS (
    SELECT
        flaky.source,
        flaky.repo,
        flaky.pipeline,
        flaky.name,
        count(*) FILTER (WHERE flip.failed_at >= $from) AS now,
        count(*) FILTER (WHERE flip.failed_at < $from) AS before,
        any_value(flaky.flake_rate) AS flake_rate
    FROM flaky_flip AS flip
    INNER JOIN flaky
        ON
            flip.source = flaky.source AND flip.repo = flaky.repo
            AND flip.pipeline = flaky.pipeline AND flip.name = flaky.name
    WHERE
        flaky.is_flaky
        AND flip.reason = ''
        AND flip.failed_at >= $from - ($to - $from)
        AND flip.failed_at < $to
        AND picked($team, flip.team)
        AND picked($repo, flip.repo)
        AND (
            ($service IS NULL AND $environment IS NULL)
            OR flip.repo IN (
                SELECT deployment.repo
                FROM deployment
                WHERE picked($service, deployment.service) AND picked($environment, deployment.environment)
            )
        )
        AND picked($pipeline, flip.pipeline)
    GROUP BY ALL
),

counted AS (
    SELECT
        count(*) FILTER (WHERE now > 0) AS jobs,
        count(*) FILTER (WHERE before > 0) AS previous,
        arg_max(name || ' · ' || split_part(repo, '/', -1), (flake_rate, name, repo)) FILTER (WHERE now > 0) AS worst,
        max(flake_rate) FILTER (WHERE now > 0) AS rate
    FROM ranged
)

SELECT
    jobs AS value,
    CASE
        WHEN jobs = 0 THEN format('{:,} in the period before', previous)
        ELSE format('{:,} before · {} {:.0f} %', previous, worst, 100 * rate)
    END AS sentence
FROM counted
WHERE EXISTS (SELECT 1 FROM pipeline_job)
