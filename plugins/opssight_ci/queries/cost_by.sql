-- Minutes and dollars by repository (or `by` pipeline, team or label), the change against the period before, and the share
-- that went to failed, cancelled and repeated runs.
-- default by: repo
-- with: finished_jobs
WITH
used AS (
    SELECT
        source,
        repo,
        team,
        pipeline,
        is_now,
        runner_labels,
        use,
        count(*) AS jobs,
        sum(seconds) / 60 AS minutes,
        sum(ceil(seconds / 60)) AS begun_minutes
    FROM finished_jobs
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
