-- How many jobs ran at once at most, and when that was in words.
-- Moments are told apart by a hundred-thousandth of the time range (6 s of a week), at least by a second.
WITH
grain AS (
    SELECT greatest(epoch_us($to - $from) // 100000, 1000000) AS us
),

jobs AS (
    SELECT
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
        step,
        sum(change) AS change
    FROM (
        SELECT
            first_step AS step,
            1 AS change
        FROM jobs
        UNION ALL
        SELECT
            last_step AS step,
            -1 AS change
        FROM jobs
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
    max(level)::INTEGER AS value,
    format(
        'at {} UTC · {:.1f} on average',
        strftime(arg_max(at_time, (level, -epoch(at_time))), '%d %b %H:%M'),
        sum(level * length) * any_value(us) / epoch_us($to - $from)
    ) AS sentence
FROM levels
CROSS JOIN grain
HAVING count(*) > 0
