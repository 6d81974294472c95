-- Each hour of the day in UTC: how many jobs ran at once, at most and on average, and how long those waited that began then.
-- Moments are told apart by a hundred-thousandth of the time range (6 s of a week), at least by a second.
WITH
grain AS (
    SELECT greatest(epoch_us($to - $from) // 100000, 1000000) AS us
),

jobs AS (
    SELECT
        hour(started_at) AS began,
        queued_seconds,
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

bounds AS (
    SELECT unnest(generate_series(date_trunc('hour', $from), $to, INTERVAL 1 HOUR)) AS bound
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
        began,
        quantile_cont(queued_seconds, 0.95) AS queue_p95_seconds,
        count(*) AS jobs
    FROM jobs
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
WHERE EXISTS (SELECT 1 FROM jobs)
ORDER BY hour ASC
