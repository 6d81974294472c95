-- How many jobs ran at once at most, and when that was in words.
-- Moments are told apart by a hundred-thousandth of the time range (6 s of a week), at least by a second.
-- with: steps
WITH
changes AS (
    SELECT
        step,
        sum(change) AS change
    FROM steps
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
    max(level)::INTEGER AS value,
    format(
        'at {} UTC · {:.1f} on average',
        strftime(arg_max(at_time, (level, -epoch(at_time))), '%d %b %H:%M'),
        sum(level * length) * any_value(us) / epoch_us($to - $from)
    ) AS sentence
FROM levels
CROSS JOIN grain
HAVING count(*) > 0
