-- The stages of merged pull requests, from the first commit to production, one row a stage: median, p90, how many are known,
-- and the change of the median against the period before.
WITH
merged AS (
    SELECT
        merged_at >= $from AS is_now,
        unnest([1, 2, 3, 4, 5, 6]) AS place,
        unnest([coding_seconds, pickup_seconds, review_seconds, ci_seconds, merge_seconds, deploy_seconds]) AS seconds
    FROM dora_flow
    WHERE
        merged_at >= $from - ($to - $from)
        AND merged_at < $to
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
),

stages AS (
    SELECT
        place,
        ['coding', 'pickup', 'review', 'ci', 'merge', 'deploy'][place] AS stage,
        ['Coding', 'Pickup', 'Review', 'CI wait', 'Merge wait', 'Deploy'][place] AS title,
        median(seconds) FILTER (WHERE is_now) AS value,
        quantile_cont(seconds, 0.9) FILTER (WHERE is_now) AS p90_seconds,
        median(seconds) FILTER (WHERE NOT is_now) AS previous,
        count(seconds) FILTER (WHERE is_now) AS known,
        count(*) FILTER (WHERE is_now) AS pull_requests
    FROM merged
    GROUP BY place
)

SELECT
    stage,
    title,
    value,
    concat_ws(
        ' · ',
        CASE
            WHEN previous IS NULL OR previous = 0 THEN NULL
            WHEN value > previous THEN format('▲ {:.0f} %', 100 * (value / previous - 1))
            WHEN value < previous THEN format('▼ {:.0f} %', 100 * (1 - value / previous))
            ELSE '= as before'
        END,
        CASE
            WHEN p90_seconds < 5400 THEN format('p90 {:.0f} min', p90_seconds / 60)
            WHEN p90_seconds < 172800 THEN format('p90 {:.1f} h', p90_seconds / 3600)
            ELSE format('p90 {:.1f} days', p90_seconds / 86400)
        END,
        format('{:,} of {:,}', known, pull_requests)
    ) AS sentence,
    p90_seconds,
    previous,
    known,
    pull_requests
FROM stages
WHERE
    value IS NOT NULL
    AND picked($stage, stage)
ORDER BY place ASC
