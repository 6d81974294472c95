-- Minutes that jobs ran on runners, with the change against the period before in words.
WITH
sums AS (
    SELECT
        sum(epoch(finished_at - started_at)) FILTER (WHERE created_at >= $from) / 60 AS minutes,
        sum(epoch(finished_at - started_at)) FILTER (WHERE created_at < $from) / 60 AS previous,
        count(*) FILTER (WHERE created_at >= $from) AS jobs
    FROM pipeline_job
    WHERE
        created_at >= $from - ($to - $from)
        AND created_at < $to
        AND finished_at >= started_at
        AND picked($team, team)
        AND picked($repo, repo)
        AND (
            $service IS NULL
            OR repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
        )
        AND picked($environment, environment)
        AND picked($pipeline, pipeline)
)

SELECT
    minutes AS value,
    CASE
        WHEN previous IS NULL OR previous = 0 THEN format('{:,} jobs', jobs)
        WHEN minutes >= previous THEN format('▲ {:.0f} % · {:,} jobs', 100 * (minutes / previous - 1), jobs)
        ELSE format('▼ {:.0f} % · {:,} jobs', 100 * (1 - minutes / previous), jobs)
    END AS sentence
FROM sums
WHERE minutes IS NOT NULL
