-- Pull requests that have been open for more than so many days (7, unless another number is given) at the end of the time
-- range. Drafts and bots' ones are left out.
-- default stuck_days: 7
-- with: settings, still_open
WITH
counts AS (
    SELECT
        count(*) FILTER (WHERE NOT draft AND $to - created_at > to_seconds(86400 * days)) AS stuck,
        count(*) AS pulls,
        any_value(days) AS days
    FROM still_open
    CROSS JOIN settings
)

SELECT
    stuck AS value,
    format('of {:,} open · longer than {} days', pulls, days::INTEGER) AS sentence
FROM counts
WHERE pulls > 0
