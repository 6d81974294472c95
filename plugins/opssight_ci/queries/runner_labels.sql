-- Each set of runner labels: how long its jobs wait, how many ran at once, at most and on average, and on how many machines.
-- Utilisation is the average against the peak. Moments are told apart by a hundred-thousandth of the time range.
-- with: busy_jobs
WITH
jobs AS (
    SELECT
        hash(runner_labels) AS pool,
        runner_labels,
        epoch(least(coalesce(finished_at, $to), $to) - greatest(started_at, $from)) AS busy_seconds,
        queued_seconds,
        runner,
        first_step,
        last_step
    FROM busy_jobs
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
