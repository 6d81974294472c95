-- Dollars per interval by what became of the run: useful, failed, cancelled, repeated.
-- shape: timeseries
WITH
bad_runs AS (
    SELECT
        source,
        id,
        status AS run_status
    FROM pipeline_run
    WHERE
        created_at >= $from - INTERVAL 7 DAY
        AND created_at < $to
        AND attempt = 1
        AND status IN ('failure', 'cancelled')
),

used AS (
    SELECT
        job.source,
        job.repo,
        time_bucket($interval::INTERVAL, job.created_at) AS time,
        job.runner_labels,
        CASE
            WHEN job.attempt > 1 THEN 'repeated'
            WHEN bad_runs.run_status = 'failure' THEN 'failed'
            WHEN bad_runs.run_status = 'cancelled' OR job.status = 'cancelled' THEN 'cancelled'
            ELSE 'useful'
        END AS use,
        count(*) AS jobs,
        sum(epoch(job.finished_at - job.started_at)) / 60 AS minutes,
        sum(ceil(epoch(job.finished_at - job.started_at) / 60)) AS begun_minutes
    FROM pipeline_job AS job
    LEFT JOIN bad_runs
        ON job.source = bad_runs.source AND job.run_id = bad_runs.id
    WHERE
        job.created_at >= $from
        AND job.created_at < $to
        AND job.finished_at >= job.started_at
        AND picked($team, job.team)
        AND picked($repo, job.repo)
        AND (
            $service IS NULL
            OR job.repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
        )
        AND picked($environment, job.environment)
        AND picked($pipeline, job.pipeline)
    GROUP BY ALL
),

priced AS (
    SELECT
        used.*,
        CASE price.step_seconds WHEN 1 THEN used.minutes ELSE used.begun_minutes END * price.usd_a_minute AS usd,
        coalesce(price.is_priced, FALSE) AS is_priced
    FROM used
    LEFT JOIN runner_price AS price
        ON
            used.source = price.source AND used.repo = price.repo
            AND array_to_string(used.runner_labels, ', ') = price.runner_label
)

SELECT
    time,
    use,
    sum(coalesce(usd, 0)) AS usd
FROM priced
GROUP BY time, use
ORDER BY time ASC, use ASC
