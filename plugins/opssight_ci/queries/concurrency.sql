-- How many jobs ran at once per interval: at most, and on average.
-- Moments are told apart by a hundred-thousandth of the time range (6 s of a week), at least by a second.
-- shape: timeseries
-- with: steps
WITH
bounds AS (
    SELECT unnest(generate_series(time_bucket($interval::INTERVAL, $from), $to, $interval::INTERVAL)) AS bound
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
)

SELECT
    time_bucket($interval::INTERVAL, at_time) AS time,
    max(level)::INTEGER AS peak,
    coalesce(sum(level * length) / nullif(sum(length), 0), 0) AS average
FROM levels
WHERE EXISTS (SELECT 1 FROM busy_jobs) AND at_time < $to
GROUP BY time
ORDER BY time ASC
