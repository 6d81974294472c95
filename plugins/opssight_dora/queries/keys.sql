-- The four keys of DORA, the rework rate and the plain count, one row a key: value, quartiles, band, rows counted and left
-- out, and the change against the period before. Frequency is the median of days with a deployment over the weeks (Monday to
-- Sunday, UTC) that lie wholly in the range, from the week of the first deployment known on; a week without one is 0. A range
-- without a whole week counts as one: its days with a deployment, as if it were seven days long. Lead time is of changes first
-- deployed in the range, recovery of failed deployments restored in it. The report of 2024 has no ladder of fail rates: the
-- nearest of its clusters is named.
-- default bands: 2023
WITH
deployments AS (
    SELECT
        is_counted,
        tier = 'production' AND NOT is_counted AS is_left_out,
        is_counted AND is_failure AS is_failure,
        is_counted AND is_rework AS is_rework,
        restored_at,
        restore_seconds,
        coalesce(finished_at, created_at) AS ended_at
    FROM dora_deployment
    WHERE
        coalesce(finished_at, created_at) < $to
        AND coalesce(($key::VARCHAR[])[1], '') <> 'lead_time'
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
),

sums AS (
    SELECT
        min(ended_at) FILTER (WHERE is_counted) AS first_at,
        count(*) FILTER (WHERE is_counted AND ended_at >= $from) AS counted,
        count(*) FILTER (WHERE is_left_out AND ended_at >= $from) AS left_out,
        count(*) FILTER (WHERE is_counted AND ended_at < $from AND ended_at >= $from - ($to - $from)) AS counted_before,
        count(*) FILTER (WHERE is_failure AND ended_at >= $from) AS failures,
        count(*) FILTER (WHERE is_failure AND ended_at < $from AND ended_at >= $from - ($to - $from))
            AS failures_before,
        count(*) FILTER (WHERE is_rework AND ended_at >= $from) AS reworks,
        count(*) FILTER (WHERE is_rework AND ended_at < $from AND ended_at >= $from - ($to - $from)) AS reworks_before,
        quantile_cont(restore_seconds, [0.25, 0.5, 0.75]) FILTER (
            WHERE is_failure AND restored_at >= $from AND restored_at < $to
        ) AS restores,
        count(restore_seconds) FILTER (WHERE is_failure AND restored_at >= $from AND restored_at < $to) AS restored,
        count(*) FILTER (WHERE is_failure AND ended_at >= $from AND coalesce(restored_at, $to) >= $to) AS unrestored,
        median(restore_seconds) FILTER (
            WHERE is_failure AND restored_at < $from AND restored_at >= $from - ($to - $from)
        ) AS restore_before
    FROM deployments
),

leads AS (
    -- quantiles of integers take half the time of those of floats
    SELECT
        quantile_cont((lead_seconds * 1000)::BIGINT, [0.25, 0.5, 0.75]) FILTER (
            WHERE is_counted AND deployed_at >= $from
        ) AS leads,
        count(*) FILTER (WHERE is_counted AND deployed_at >= $from) AS counted,
        count(*) FILTER (
            WHERE NOT is_counted AND coalesce(deployed_at, merged_at, started_at) >= $from
        ) AS left_out,
        median((lead_seconds * 1000)::BIGINT) FILTER (WHERE is_counted AND deployed_at < $from) AS lead_before
    FROM dora_change
    WHERE
        coalesce(deployed_at, merged_at, started_at) >= $from - ($to - $from)
        AND coalesce(deployed_at, merged_at, started_at) < $to
        AND picked($key, 'lead_time')
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
),

days AS (
    SELECT
        ended_at >= $from AS is_now,
        ended_at::DATE AS day
    FROM deployments
    WHERE is_counted AND ended_at >= $from - ($to - $from) AND picked($key, 'frequency')
    GROUP BY ALL
),

spans AS (
    SELECT
        ranges.is_now,
        ranges.ends,
        greatest(ranges.starts, date_trunc('week', sums.first_at)) AS starts
    FROM sums
    CROSS JOIN (VALUES (TRUE, $from, $to), (FALSE, $from - ($to - $from), $from)) AS ranges (is_now, starts, ends)
    WHERE sums.first_at < ranges.ends
),

active AS (
    SELECT
        spans.is_now,
        any_value(greatest(epoch(spans.ends - spans.starts) / 86400, least(7, epoch($to - $from) / 86400)))
            AS length_days,
        any_value(
            epoch(date_trunc('week', spans.ends) - date_trunc('week', spans.starts - INTERVAL '1 microsecond')) / 604800
            - 1
        )::BIGINT AS weeks,
        any_value(date_diff('month', spans.starts - INTERVAL '1 microsecond', spans.ends) - 1) AS months,
        count(days.day) AS days,
        list(date_trunc('week', days.day)) FILTER (
            WHERE date_trunc('week', days.day) >= spans.starts AND days.day < date_trunc('week', spans.ends)
        ) AS in_weeks,
        list(date_trunc('month', days.day)) FILTER (
            WHERE date_trunc('month', days.day) >= spans.starts AND days.day < date_trunc('month', spans.ends)
        ) AS in_months
    FROM spans
    LEFT JOIN days
        ON spans.is_now = days.is_now
    GROUP BY spans.is_now
),

rates AS (
    SELECT
        is_now,
        days * 182 / length_days AS per_half_year,
        CASE
            WHEN weeks <= 0 THEN least(7, days * 7 / length_days)
            ELSE list_aggregate(
                list_resize(coalesce(map_values(list_histogram(in_weeks)), []), greatest(weeks, 0), 0), 'median'
            )
        END AS per_week,
        CASE
            WHEN months <= 0 THEN days * 30 / length_days
            ELSE list_aggregate(
                list_resize(coalesce(map_values(list_histogram(in_months)), []), greatest(months, 0), 0), 'median'
            )
        END AS per_month
    FROM active
),

measures AS (
    SELECT
        1 AS place,
        'deployments' AS key,
        'Deployments' AS title,
        'deployments' AS unit,
        counted::DOUBLE AS value,
        counted_before::DOUBLE AS previous,
        NULL::DOUBLE[] AS quartiles,
        counted,
        left_out,
        NULL::DOUBLE AS per_month,
        NULL::DOUBLE AS per_half_year
    FROM sums
    UNION ALL
    SELECT
        2 AS place,
        'frequency' AS key,
        'Deployment frequency' AS title,
        'days a week' AS unit,
        current_rate.per_week AS value,
        earlier_rate.per_week AS previous,
        NULL AS quartiles,
        sums.counted,
        sums.left_out,
        current_rate.per_month,
        current_rate.per_half_year
    FROM sums
    INNER JOIN rates AS current_rate
        ON current_rate.is_now
    LEFT JOIN rates AS earlier_rate
        ON NOT earlier_rate.is_now
    UNION ALL
    SELECT
        3 AS place,
        'lead_time' AS key,
        'Change lead time' AS title,
        'seconds' AS unit,
        leads[2] / 1000 AS value,
        lead_before / 1000 AS previous,
        [leads[1] / 1000, leads[2] / 1000, leads[3] / 1000] AS quartiles,
        counted,
        left_out,
        NULL AS per_month,
        NULL AS per_half_year
    FROM leads
    UNION ALL
    SELECT
        4 AS place,
        'fail_rate' AS key,
        'Change fail rate' AS title,
        'share' AS unit,
        failures / nullif(counted, 0) AS value,
        failures_before / nullif(counted_before, 0) AS previous,
        NULL AS quartiles,
        counted,
        left_out,
        NULL AS per_month,
        NULL AS per_half_year
    FROM sums
    UNION ALL
    SELECT
        5 AS place,
        'recovery' AS key,
        'Failed deployment recovery time' AS title,
        'seconds' AS unit,
        restores[2] AS value,
        restore_before AS previous,
        restores AS quartiles,
        restored AS counted,
        unrestored AS left_out,
        NULL AS per_month,
        NULL AS per_half_year
    FROM sums
    UNION ALL
    SELECT
        6 AS place,
        'rework' AS key,
        'Rework rate' AS title,
        'share' AS unit,
        reworks / nullif(counted, 0) AS value,
        reworks_before / nullif(counted_before, 0) AS previous,
        NULL AS quartiles,
        counted,
        left_out,
        NULL AS per_month,
        NULL AS per_half_year
    FROM sums
),

banded AS (
    SELECT
        *,
        CASE
            WHEN value IS NULL OR key IN ('deployments', 'rework') THEN ''
            WHEN key = 'frequency' THEN CASE
                WHEN value >= 5 THEN 'elite'
                WHEN value >= 1 THEN 'high'
                WHEN per_month >= 1 THEN if(year = '2021', 'high', 'medium')
                WHEN year = '2021' AND per_half_year >= 1 THEN 'medium'
                ELSE 'low'
            END
            WHEN key = 'lead_time' THEN CASE
                WHEN value < if(year = '2021', 3600, 86400) THEN 'elite'
                WHEN value < 604800 THEN 'high'
                WHEN value < if(year = '2021', 15552000, 2592000) THEN 'medium'
                ELSE 'low'
            END
            WHEN key = 'recovery' THEN CASE
                WHEN value < 3600 THEN 'elite'
                WHEN value < 86400 THEN if(year = '2024', 'high or medium', 'high')
                WHEN value < 604800 AND year <> '2024' THEN 'medium'
                ELSE 'low'
            END
            WHEN year = '2024' THEN CASE
                WHEN value <= 0.075 THEN 'elite'
                WHEN value <= 0.15 THEN 'medium'
                WHEN value <= 0.30 THEN 'high'
                ELSE 'low'
            END
            WHEN value <= if(year = '2021', 0.15, 0.05) THEN 'elite'
            WHEN value <= if(year = '2021', 0.20, 0.10) THEN 'high'
            WHEN value <= if(year = '2021', 0.30, 0.15) THEN 'medium'
            ELSE 'low'
        END AS band
    FROM measures
    CROSS JOIN (SELECT coalesce(($bands::VARCHAR[])[1], '2023') AS year)
)

SELECT
    key,
    title,
    value,
    unit,
    band,
    concat_ws(
        ' · ',
        nullif(
            CASE
                WHEN key = 'fail_rate' AND year = '2024' AND band <> ''
                    THEN format('near {}''s {} %', band, map { 'elite': 5, 'medium': 10, 'high': 20, 'low': 40 }[band])
                ELSE band
            END, ''
        ),
        CASE
            WHEN value IS NULL THEN 'none counted'
            WHEN previous IS NULL OR (key = 'deployments' AND previous = 0) THEN NULL
            WHEN value = previous THEN '= as before'
            WHEN unit = 'share'
                THEN format('{} {:.1f} pts', if(value > previous, '▲', '▼'), 100 * abs(value - previous))
            WHEN previous = 0 THEN '▲ from 0'
            ELSE format('{} {:.0f} %', if(value > previous, '▲', '▼'), 100 * abs(value / previous - 1))
        END,
        format('{:,} / {:,} out', counted, left_out)
    ) AS sentence,
    counted,
    left_out,
    previous,
    CASE WHEN unit = 'share' THEN value - previous ELSE value / nullif(previous, 0) - 1 END AS change,
    quartiles[1] AS low,
    quartiles[3] AS high
FROM banded
WHERE
    (
        counted + left_out > 0
        OR key = 'frequency'
        OR (key = 'deployments' AND EXISTS (SELECT 1 FROM sums WHERE first_at IS NOT NULL))
    )
    AND picked($key, key)
ORDER BY place ASC
