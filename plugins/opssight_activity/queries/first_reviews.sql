-- Seconds from opened to the first review by somebody else: median and nine of ten, per interval of at least a day. Bots'
-- pull requests are left out; so are one or two people,
-- unless they are yourself or you may see single people.
-- shape: timeseries
-- with: chosen_pulls
WITH
chosen AS (
    SELECT *
    FROM chosen_pulls
    WHERE
        first_review_at >= $from
        AND first_review_at < $to
        AND first_review_at >= created_at
),

shown AS (
    SELECT
        $sees_people
        OR count(DISTINCT crowd) > 2
        OR coalesce(bool_and(person IN (SELECT person FROM me)), FALSE) AS is_shown
    FROM chosen
)

SELECT
    time_bucket(greatest($interval::INTERVAL, INTERVAL '1 day'), first_review_at) AS time,
    median(epoch(first_review_at - created_at)) AS p50_seconds,
    quantile_cont(epoch(first_review_at - created_at), 0.9) AS p90_seconds
FROM chosen
WHERE (SELECT is_shown FROM shown)
GROUP BY ALL
ORDER BY time ASC
