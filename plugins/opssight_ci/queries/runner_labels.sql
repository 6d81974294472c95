-- Each set of runner labels: how long its jobs wait, how many ran at once, at most and on average, and on how many machines.
-- Utilisation is the average against the peak. Moments are told apart by a hundred-thousandth of the time range.
WITH
grain AS (
    SELECT greatest(epoch_us($to - $from) // 100000, 1000000) AS us
),

jobs AS (
    SELECT
        hash(runner_labels) AS pool,
        runner_labels,
        epoch(least(coalesce(finished_at, $to), $to) - greatest(started_at, $from)) AS busy_seconds,
        queued_seconds,
        runner,
        (epoch_us(greatest(started_at, $from)) - epoch_us($from)) // us AS first_step,
        (epoch_us(least(coalesce(finished_at, $to), $to)) - epoch_us($from)) // us AS last_step
    FROM pipeline_job
    CROSS JOIN grain
    WHERE
        created_at >= $from - INTERVAL 2 DAY
        AND created_at < $to
        AND started_at < $to
        AND coalesce(finished_at, $to) > greatest(started_at, $from)
        AND picked($team, team)
        AND picked($repo, repo)
        AND (
            $service IS NULL
            OR repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
        )
        AND picked($environment, environment)
        AND picked($pipeline, pipeline)
        AND picked($runner_label, array_to_string(runner_labels, ', '))
),

changes AS (
    SELECT
        pool,
        step,
        sum(change) AS change
    FROM (
        SELECT
            pool,
            first_step AS step,
            1 AS change
        FROM jobs
        UNION ALL
        SELECT
            pool,
            last_step AS step,
            -1 AS change
        FROM jobs
    )
    GROUP BY pool, step
),

levels AS (
    SELECT
        pool,
        sum(change) OVER (PARTITION BY pool ORDER BY step ASC) AS level
    FROM changes
),

peaks AS (
    SELECT
        pool,
        max(level)::INTEGER AS peak
    FROM levels
    GROUP BY pool
),

sums AS (
    SELECT
        pool,
        array_to_string(any_value(runner_labels), ', ') AS runner_label,
        count(*) AS jobs,
        sum(busy_seconds) AS busy_seconds,
        count(DISTINCT nullif(runner, '')) AS machines,
        median(queued_seconds) AS queue_p50_seconds,
        quantile_cont(queued_seconds, 0.95) AS queue_p95_seconds
    FROM jobs
    GROUP BY pool
)

SELECT
    coalesce(nullif(sums.runner_label, ''), 'no label') AS runner_label,
    sums.queue_p95_seconds,
    peaks.peak,
    sums.busy_seconds / epoch($to - $from) AS average,
    least(sums.busy_seconds / epoch($to - $from) / nullif(peaks.peak, 0), 1) AS utilisation,
    sums.busy_seconds / 3600 AS busy_hours,
    sums.jobs,
    sums.machines,
    sums.queue_p50_seconds
FROM sums
INNER JOIN peaks
    ON sums.pool = peaks.pool
ORDER BY sums.queue_p95_seconds DESC NULLS LAST, sums.busy_seconds DESC, runner_label ASC
