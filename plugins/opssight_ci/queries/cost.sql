-- Dollars that the minutes of jobs cost, each minute begun counted as GitHub bills it, and the change against the period
-- before in words.
WITH
bad_runs AS (
    SELECT
        source,
        id,
        status AS run_status
    FROM pipeline_run
    WHERE
        created_at >= $from - ($to - $from) - INTERVAL 7 DAY
        AND created_at < $to
        AND attempt = 1
        AND status IN ('failure', 'cancelled')
),

used AS (
    SELECT
        job.source,
        job.repo,
        job.created_at >= $from AS is_now,
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
        job.created_at >= $from - ($to - $from)
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
),

sums AS (
    SELECT
        sum(usd) FILTER (WHERE is_now) AS usd,
        sum(usd) FILTER (WHERE NOT is_now) AS previous,
        sum(minutes) FILTER (WHERE is_now AND NOT is_priced) / sum(minutes) FILTER (WHERE is_now) AS unpriced
    FROM priced
    HAVING count(*) FILTER (WHERE is_now) > 0
)

SELECT
    coalesce(usd, 0) AS value,
    concat_ws(
        ' · ',
        CASE
            WHEN previous IS NULL OR previous = 0 THEN 'nothing to compare with'
            WHEN usd >= previous THEN format('▲ {:.0f} %', 100 * (usd / previous - 1))
            ELSE format('▼ {:.0f} %', 100 * (1 - usd / previous))
        END,
        CASE WHEN unpriced > 0.01 THEN format('{:.0f} % without a price', 100 * unpriced) END
    ) AS sentence
FROM sums
