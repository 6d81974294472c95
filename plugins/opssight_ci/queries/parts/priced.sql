-- Minutes of jobs in this period and the one before, with what they cost.
-- with: used
SELECT
    used.*,
    CASE price.step_seconds WHEN 1 THEN used.minutes ELSE used.begun_minutes END * price.usd_a_minute AS usd,
    coalesce(price.is_priced, FALSE) AS is_priced
FROM used
LEFT JOIN runner_price AS price
    ON
        used.source = price.source AND used.repo = price.repo
        AND array_to_string(used.runner_labels, ', ') = price.runner_label
