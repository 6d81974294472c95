-- Dollars per interval by what became of the run: useful, failed, cancelled, repeated.
-- shape: timeseries
-- with: priced_over_time
SELECT
    time,
    use,
    sum(coalesce(usd, 0)) AS usd
FROM priced_over_time
GROUP BY time, use
ORDER BY time ASC, use ASC
