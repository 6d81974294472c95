-- The keys of DORA for all teams, each team and each service, recomputed from their rows: deployments, days a week with one,
-- median lead time, fail rate, median recovery, rework rate, and their bands in that order as a letter each (Elite, High,
-- Medium, Low, – where nothing is counted). What each key counts is told in dora/keys.
-- default bands: 2023
WITH
deployments AS (
    SELECT
        team,
        service,
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
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
),

sums AS (
    SELECT
        if(grouping(team) = 1, '', team) AS team,
        if(grouping(service) = 1, '', service) AS service,
        grouping(team, service) AS level,
        min(ended_at) FILTER (WHERE is_counted) AS first_at,
        count(*) FILTER (WHERE is_counted AND ended_at >= $from) AS counted,
        count(*) FILTER (WHERE is_left_out AND ended_at >= $from) AS left_out,
        count(*) FILTER (WHERE is_failure AND ended_at >= $from) AS failures,
        count(*) FILTER (WHERE is_rework AND ended_at >= $from) AS reworks,
        median(restore_seconds) FILTER (
            WHERE is_failure AND restored_at >= $from AND restored_at < $to
        ) AS restore_seconds
    FROM deployments
    GROUP BY GROUPING SETS ((), (team), (team, service))
),

leads AS (
    SELECT
        if(grouping(team) = 1, '', team) AS team,
        if(grouping(service) = 1, '', service) AS service,
        grouping(team, service) AS level,
        median((lead_seconds * 1000)::BIGINT) / 1000 AS lead_seconds,
        count(*) AS changes
    FROM dora_change
    WHERE
        deployed_at >= $from
        AND deployed_at < $to
        AND is_counted
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
    GROUP BY GROUPING SETS ((), (team), (team, service))
),

each_day AS (
    SELECT DISTINCT
        team,
        service,
        ended_at::DATE AS day
    FROM deployments
    WHERE is_counted AND ended_at >= $from
),

days AS (
    SELECT
        if(grouping(team) = 1, '', team) AS team,
        if(grouping(service) = 1, '', service) AS service,
        grouping(team, service) AS level,
        day
    FROM each_day
    GROUP BY GROUPING SETS ((day), (team, day), (team, service, day))
),

spans AS (
    SELECT
        *,
        greatest($from, date_trunc('week', first_at)) AS starts
    FROM sums
    WHERE first_at < $to AND counted + left_out > 0
),

active AS (
    SELECT
        spans.team,
        spans.service,
        spans.level,
        any_value(greatest(epoch($to - spans.starts) / 86400, least(7, epoch($to - $from) / 86400))) AS length_days,
        any_value(
            epoch(date_trunc('week', $to) - date_trunc('week', spans.starts - INTERVAL '1 microsecond')) / 604800 - 1
        )::BIGINT AS weeks,
        any_value(date_diff('month', spans.starts - INTERVAL '1 microsecond', $to) - 1) AS months,
        count(days.day) AS days,
        list(date_trunc('week', days.day)) FILTER (
            WHERE date_trunc('week', days.day) >= spans.starts AND days.day < date_trunc('week', $to)
        ) AS in_weeks,
        list(date_trunc('month', days.day)) FILTER (
            WHERE date_trunc('month', days.day) >= spans.starts AND days.day < date_trunc('month', $to)
        ) AS in_months
    FROM spans
    LEFT JOIN days
        ON spans.level = days.level AND spans.team = days.team AND spans.service = days.service
    GROUP BY spans.team, spans.service, spans.level
),

measures AS (
    SELECT
        spans.level,
        spans.team,
        spans.service,
        spans.counted,
        spans.left_out,
        spans.restore_seconds,
        leads.lead_seconds,
        coalesce(leads.changes, 0) AS changes,
        spans.failures / nullif(spans.counted, 0) AS fail_rate,
        spans.reworks / nullif(spans.counted, 0) AS rework_rate,
        active.days * 182 / active.length_days AS per_half_year,
        CASE
            WHEN active.weeks <= 0 THEN least(7, active.days * 7 / active.length_days)
            ELSE list_aggregate(
                list_resize(coalesce(map_values(list_histogram(active.in_weeks)), []), greatest(active.weeks, 0), 0),
                'median'
            )
        END AS days_a_week,
        CASE
            WHEN active.months <= 0 THEN active.days * 30 / active.length_days
            ELSE list_aggregate(
                list_resize(coalesce(map_values(list_histogram(active.in_months)), []), greatest(active.months, 0), 0),
                'median'
            )
        END AS per_month,
        coalesce(($bands::VARCHAR[])[1], '2023') AS year
    FROM spans
    INNER JOIN active
        ON spans.level = active.level AND spans.team = active.team AND spans.service = active.service
    LEFT JOIN leads
        ON spans.level = leads.level AND spans.team = leads.team AND spans.service = leads.service
)

SELECT
    CASE level
        WHEN 3 THEN 'All teams'
        WHEN 1 THEN if(team = '', 'No team', team) || ' · all services'
        ELSE service
    END AS name,
    counted AS deployments,
    days_a_week,
    lead_seconds,
    fail_rate,
    restore_seconds,
    rework_rate,
    concat(
        CASE
            WHEN counted = 0 THEN '–'
            WHEN days_a_week >= 5 THEN 'E'
            WHEN days_a_week >= 1 THEN 'H'
            WHEN per_month >= 1 THEN if(year = '2021', 'H', 'M')
            WHEN year = '2021' AND per_half_year >= 1 THEN 'M'
            ELSE 'L'
        END,
        ' ',
        CASE
            WHEN lead_seconds IS NULL THEN '–'
            WHEN lead_seconds < if(year = '2021', 3600, 86400) THEN 'E'
            WHEN lead_seconds < 604800 THEN 'H'
            WHEN lead_seconds < if(year = '2021', 15552000, 2592000) THEN 'M'
            ELSE 'L'
        END,
        ' ',
        CASE
            WHEN fail_rate IS NULL THEN '–'
            WHEN year = '2024' AND fail_rate <= 0.075 THEN 'E'
            WHEN year = '2024' AND fail_rate <= 0.15 THEN 'M'
            WHEN year = '2024' AND fail_rate <= 0.30 THEN 'H'
            WHEN year = '2024' THEN 'L'
            WHEN fail_rate <= if(year = '2021', 0.15, 0.05) THEN 'E'
            WHEN fail_rate <= if(year = '2021', 0.20, 0.10) THEN 'H'
            WHEN fail_rate <= if(year = '2021', 0.30, 0.15) THEN 'M'
            ELSE 'L'
        END,
        ' ',
        CASE
            WHEN restore_seconds IS NULL THEN '–'
            WHEN restore_seconds < 3600 THEN 'E'
            WHEN restore_seconds < 86400 THEN 'H'
            WHEN restore_seconds < 604800 AND year <> '2024' THEN 'M'
            ELSE 'L'
        END
    ) AS bands,
    left_out,
    changes,
    team,
    service,
    CASE level WHEN 3 THEN 'all' WHEN 1 THEN 'team' ELSE 'service' END AS level
FROM measures
ORDER BY measures.level = 3 DESC, team ASC, measures.level DESC, fail_rate DESC NULLS LAST, service ASC
