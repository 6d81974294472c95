-- The 500 runs that used most runner time, each attempt a row: minutes, dollars, and whether that was of use.
WITH
largest AS (
    SELECT
        source,
        run_id,
        attempt,
        sum(epoch(finished_at - started_at)) AS seconds
    FROM pipeline_job
    WHERE
        created_at >= $from
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
    GROUP BY source, run_id, attempt
    ORDER BY seconds DESC, source ASC, run_id ASC, attempt ASC
    LIMIT 500
),

priced AS (
    SELECT
        job.source,
        job.run_id,
        job.attempt,
        any_value(job.team) AS team,
        any_value(job.repo) AS repo,
        any_value(job.pipeline) AS pipeline,
        count(*) AS jobs,
        sum(epoch(job.finished_at - job.started_at)) / 60 AS minutes,
        sum(
            ceil(epoch(job.finished_at - job.started_at) / price.step_seconds)
            * price.step_seconds / 60 * price.usd_a_minute
        ) AS cost_usd
    FROM pipeline_job AS job
    INNER JOIN largest
        ON job.source = largest.source AND job.run_id = largest.run_id AND job.attempt = largest.attempt
    LEFT JOIN runner_price AS price
        ON
            job.source = price.source AND job.repo = price.repo
            AND array_to_string(job.runner_labels, ', ') = price.runner_label
    WHERE
        job.created_at >= $from
        AND job.created_at < $to
        AND job.finished_at >= job.started_at
    GROUP BY job.source, job.run_id, job.attempt
)

SELECT
    run.status,
    priced.pipeline,
    run.title,
    priced.minutes,
    priced.cost_usd,
    CASE
        WHEN priced.attempt > 1 THEN 'repeated'
        WHEN run.status = 'failure' THEN 'failed'
        WHEN run.status = 'cancelled' THEN 'cancelled'
        ELSE 'useful'
    END AS use,
    priced.repo,
    run.created_at,
    run.actor,
    priced.attempt,
    priced.jobs,
    priced.team,
    priced.source,
    priced.run_id AS run,
    run.url
FROM priced
LEFT JOIN pipeline_run AS run
    ON priced.source = run.source AND priced.run_id = run.id AND priced.attempt = run.attempt
ORDER BY priced.minutes DESC, run ASC, priced.attempt ASC
