-- Dollars that the minutes of jobs cost, each minute begun counted as GitHub bills it, and the change against the period
-- before in words.
-- with: priced
WITH
sums AS (
    SELECT
        sum(usd) FILTER (WHERE is_now) AS usd,
        sum(usd) FILTER (WHERE NOT is_now) AS previous,
        sum(minutes) FILTER (WHERE is_now AND NOT is_priced) / sum(minutes) FILTER (WHERE is_now) AS unpriced
    FROM priced
    HAVING count(*) FILTER (WHERE is_now) > 0
)

SELECT
    coalesce(usd, 0) AS value,
    concat_ws(
        ' · ',
        CASE
            WHEN previous IS NULL OR previous = 0 THEN 'nothing to compare with'
            WHEN usd >= previous THEN format('▲ {:.0f} %', 100 * (usd / previous - 1))
            ELSE format('▼ {:.0f} %', 100 * (1 - usd / previous))
        END,
        CASE WHEN unpriced > 0.01 THEN format('{:.0f} % without a price', 100 * unpriced) END
    ) AS sentence
FROM sums
