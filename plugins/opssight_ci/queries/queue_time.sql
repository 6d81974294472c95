-- Seconds that 95 of 100 jobs waited at most for a runner, with the change against the period before in words.
WITH
waits AS (
    SELECT
        queued_seconds,
        created_at >= $from AS is_now
    FROM pipeline_job
    WHERE
        created_at >= $from - ($to - $from)
        AND created_at < $to
        AND queued_seconds IS NOT NULL
        AND picked($team, team)
        AND picked($repo, repo)
        AND (
            $service IS NULL
            OR repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
        )
        AND picked($environment, environment)
        AND picked($pipeline, pipeline)
),

percentiles AS (
    SELECT
        quantile_cont(queued_seconds, 0.95) FILTER (WHERE is_now) AS seconds,
        quantile_cont(queued_seconds, 0.95) FILTER (WHERE NOT is_now) AS previous,
        median(queued_seconds) FILTER (WHERE is_now) AS typical
    FROM waits
)

SELECT
    seconds AS value,
    CASE
        WHEN previous IS NULL OR previous = 0 THEN format('typically {:.0f} s', typical)
        WHEN seconds >= previous THEN format('▲ {:.0f} % · typically {:.0f} s', 100 * (seconds / previous - 1), typical)
        ELSE format('▼ {:.0f} % · typically {:.0f} s', 100 * (1 - seconds / previous), typical)
    END AS sentence
FROM percentiles
WHERE seconds IS NOT NULL
