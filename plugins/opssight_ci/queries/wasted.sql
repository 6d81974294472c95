-- Share of the minutes of jobs that went to failed, cancelled and repeated runs, and what they cost in words. A repeated
-- run is every attempt after the first; of first attempts the run's end counts.
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
        sum(minutes) FILTER (WHERE is_now AND use <> 'useful') AS wasted,
        sum(minutes) FILTER (WHERE is_now) AS minutes,
        sum(minutes) FILTER (WHERE NOT is_now AND use <> 'useful')
        / nullif(sum(minutes) FILTER (WHERE NOT is_now), 0) AS previous,
        sum(usd) FILTER (WHERE is_now AND use <> 'useful') AS usd
    FROM priced
)

SELECT
    coalesce(wasted, 0) / minutes AS value,
    concat_ws(
        ' · ',
        CASE
            WHEN previous IS NULL THEN NULL
            WHEN coalesce(wasted, 0) / minutes >= previous
                THEN format('▲ {:.1f} pts', 100 * (coalesce(wasted, 0) / minutes - previous))
            ELSE format('▼ {:.1f} pts', 100 * (previous - coalesce(wasted, 0) / minutes))
        END,
        format('${:,.0f}', coalesce(usd, 0)),
        format('{:,.0f} min', coalesce(wasted, 0))
    ) AS sentence
FROM sums
WHERE minutes > 0
