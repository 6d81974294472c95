-- How long default branches stayed red, by repository (or `by` team or pipeline), and the share of times that they were
-- green again within the target. A time counts by when it became red; one that is still red counts with its age.
-- default by: repo
-- default target_minutes: 60
WITH
spans AS (
    SELECT
        CASE $by[1] WHEN 'team' THEN team WHEN 'pipeline' THEN repo || ' · ' || pipeline ELSE repo END AS name,
        red_at >= $from AS is_now,
        green_at IS NULL OR green_at >= $to AS is_open,
        epoch(least(coalesce(green_at, $to), $to) - red_at) AS seconds,
        epoch(least(coalesce(green_at, $to), $to) - greatest(red_at, $from)) AS seconds_in_range,
        is_same_sha
    FROM red_episode
    WHERE
        red_at >= $from - ($to - $from)
        AND red_at < $to
        AND picked($team, team)
        AND picked($repo, repo)
        AND picked($pipeline, pipeline)
),

judged AS (
    SELECT
        *,
        CASE
            WHEN seconds <= 60 * try_cast($target_minutes[1] AS DOUBLE) THEN CASE WHEN is_open THEN NULL ELSE 1 END
            ELSE 0
        END AS is_within
    FROM spans
)

SELECT
    name,
    median(seconds) FILTER (WHERE is_now) AS p50_seconds,
    quantile_cont(seconds, 0.9) FILTER (WHERE is_now) AS p90_seconds,
    avg(is_within) FILTER (WHERE is_now) AS within_target,
    avg(is_within) FILTER (WHERE is_now) - avg(is_within) FILTER (WHERE NOT is_now) AS within_change,
    count(*) FILTER (WHERE is_now) AS times,
    count(*) FILTER (WHERE is_open) AS open_now,
    count(*) FILTER (WHERE is_now AND is_same_sha) AS by_rerun,
    sum(seconds_in_range) FILTER (WHERE seconds_in_range > 0) / 3600 AS red_hours
FROM judged
GROUP BY name
HAVING count(*) FILTER (WHERE is_now) > 0
ORDER BY within_target ASC NULLS LAST, p50_seconds DESC, name ASC
