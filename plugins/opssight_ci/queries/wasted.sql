-- Share of the minutes of jobs that went to failed, cancelled and repeated runs, and what they cost in words. A repeated
-- run is every attempt after the first; of first attempts the run's end counts.
-- with: priced
WITH
sums AS (
    SELECT
        sum(minutes) FILTER (WHERE is_now AND use <> 'useful') AS wasted,
        sum(minutes) FILTER (WHERE is_now) AS minutes,
        sum(minutes) FILTER (WHERE NOT is_now AND use <> 'useful')
        / nullif(sum(minutes) FILTER (WHERE NOT is_now), 0) AS previous,
        sum(usd) FILTER (WHERE is_now AND use <> 'useful') AS usd
    FROM priced
)

SELECT
    coalesce(wasted, 0) / minutes AS value,
    concat_ws(
        ' · ',
        CASE
            WHEN previous IS NULL THEN NULL
            WHEN coalesce(wasted, 0) / minutes >= previous
                THEN format('▲ {:.1f} pts', 100 * (coalesce(wasted, 0) / minutes - previous))
            ELSE format('▼ {:.1f} pts', 100 * (previous - coalesce(wasted, 0) / minutes))
        END,
        format('${:,.0f}', coalesce(usd, 0)),
        format('{:,.0f} min', coalesce(wasted, 0))
    ) AS sentence
FROM sums
WHERE minutes > 0
