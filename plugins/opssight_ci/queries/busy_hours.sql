-- Each hour of the day in UTC: how many jobs ran at once, at most and on average, and how long those waited that began then.
-- Moments are told apart by a hundred-thousandth of the time range (6 s of a week), at least by a second.
-- with: steps
WITH
bounds AS (
    SELECT unnest(generate_series(date_trunc('hour', $from), $to, INTERVAL 1 HOUR)) AS bound
),

changes AS (
    SELECT
        step,
        sum(change) AS change
    FROM (
        SELECT *
        FROM steps
        UNION ALL
        SELECT
            (epoch_us(greatest(bound, $from)) - epoch_us($from)) // us AS step,
            0 AS change
        FROM bounds
        CROSS JOIN grain
    )
    GROUP BY step
),

levels AS (
    SELECT
        $from + to_microseconds(step * us) AS at_time,
        sum(change) OVER steps AS level,
        lead(step, 1, epoch_us($to - $from) // us) OVER steps - step AS length
    FROM changes
    CROSS JOIN grain
    WINDOW steps AS (ORDER BY step ASC)
),

busy AS (
    SELECT
        hour(at_time) AS began,
        max(level)::INTEGER AS peak,
        coalesce(sum(level * length) / nullif(sum(length), 0), 0) AS average
    FROM levels
    WHERE at_time < $to
    GROUP BY began
),

waits AS (
    SELECT
        hour(started_at) AS began,
        quantile_cont(queued_seconds, 0.95) AS queue_p95_seconds,
        count(*) AS jobs
    FROM busy_jobs
    GROUP BY began
)

SELECT
    format('{:02d}:00', busy.began) AS hour,
    busy.peak,
    busy.average,
    waits.queue_p95_seconds,
    coalesce(waits.jobs, 0) AS jobs
FROM busy
LEFT JOIN waits
    ON busy.began = waits.began
WHERE EXISTS (SELECT 1 FROM busy_jobs)
ORDER BY hour ASC
