-- Minutes that runners were busy with flaky failures and their repeats, with the change against the period before.
WITH
lost AS (
    SELECT
        sum(seconds_lost) FILTER (WHERE failed_at >= $from) / 60 AS minutes,
        sum(seconds_lost) FILTER (WHERE failed_at < $from) / 60 AS previous,
        count(*) FILTER (WHERE failed_at >= $from) AS failures
    FROM flaky_flip
    WHERE
        reason = ''
        AND failed_at >= $from - ($to - $from)
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
)

SELECT
    coalesce(minutes, 0) AS value,
    CASE
        WHEN previous IS NULL OR previous = 0 THEN format('{:,} failures', failures)
        WHEN coalesce(minutes, 0) >= previous
            THEN format('▲ {:.0f} % · {:,} failures', 100 * (minutes / previous - 1), failures)
        ELSE format('▼ {:.0f} % · {:,} failures', 100 * (1 - coalesce(minutes, 0) / previous), failures)
    END AS sentence
FROM lost
WHERE minutes IS NOT NULL OR previous IS NOT NULL
