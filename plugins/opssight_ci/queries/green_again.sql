-- Median seconds that a default branch stayed red, and in words the share that was green again within the target.
-- default target_minutes: 60
WITH
spans AS (
    SELECT
        red_at >= $from AS is_now,
        epoch(least(coalesce(green_at, $to), $to) - red_at) AS seconds,
        green_at IS NULL OR green_at >= $to AS is_open
    FROM red_episode
    WHERE
        red_at >= $from - ($to - $from)
        AND red_at < $to
        AND picked($team, team)
        AND picked($repo, repo)
        AND picked($pipeline, pipeline)
),

medians AS (
    SELECT
        median(seconds) FILTER (WHERE is_now) AS seconds,
        count(*) FILTER (WHERE is_now) AS times,
        avg((seconds <= 60 * try_cast($target_minutes[1] AS DOUBLE))::INTEGER)
            FILTER (
                WHERE is_now AND NOT (is_open AND seconds <= 60 * try_cast($target_minutes[1] AS DOUBLE))
            ) AS within_target
    FROM spans
)

SELECT
    seconds AS value,
    CASE
        WHEN within_target IS NULL THEN format('{:,} times', times)
        ELSE format('{:.0f} % within {} min · {:,} times', 100 * within_target, $target_minutes[1], times)
    END AS sentence,
    within_target
FROM medians
WHERE seconds IS NOT NULL
