-- Minutes and dollars by repository (or `by` pipeline, team or label), the change against the period before, and the share
-- that went to failed, cancelled and repeated runs.
-- default by: repo
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
        job.team,
        job.pipeline,
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

named AS (
    SELECT
        *,
        CASE $by[1]
            WHEN 'team' THEN coalesce(nullif(team, ''), 'nobody')
            WHEN 'pipeline' THEN repo || ' · ' || pipeline
            WHEN 'label' THEN coalesce(nullif(array_to_string(runner_labels, ', '), ''), 'no label')
            ELSE repo
        END AS name
    FROM priced
)

SELECT
    name,
    sum(coalesce(usd, 0)) FILTER (WHERE is_now) AS cost_usd,
    sum(usd) FILTER (WHERE is_now) / nullif(sum(usd) FILTER (WHERE NOT is_now), 0) - 1 AS cost_change,
    sum(minutes) FILTER (WHERE is_now) AS minutes,
    coalesce(sum(minutes) FILTER (WHERE is_now AND use <> 'useful'), 0)
    / nullif(sum(minutes) FILTER (WHERE is_now), 0) AS wasted_share,
    coalesce(sum(usd) FILTER (WHERE is_now AND use <> 'useful'), 0) AS wasted_usd,
    coalesce(sum(minutes) FILTER (WHERE is_now AND use = 'failed'), 0) AS failed_minutes,
    coalesce(sum(minutes) FILTER (WHERE is_now AND use = 'cancelled'), 0) AS cancelled_minutes,
    coalesce(sum(minutes) FILTER (WHERE is_now AND use = 'repeated'), 0) AS repeated_minutes,
    sum(jobs) FILTER (WHERE is_now) AS jobs,
    bool_and(is_priced) FILTER (WHERE is_now) AS is_priced
FROM named
GROUP BY name
HAVING sum(jobs) FILTER (WHERE is_now) > 0
ORDER BY cost_usd DESC, minutes DESC, name ASC
