-- Work and failures by weekday (1 is Monday) and hour, in the chosen time zone; what is counted is as in `calendar`.
-- default timezone: UTC
-- with: marks
SELECT
    isodow(happened_at) AS weekday,
    hour(happened_at) AS hour,
    sum(value)::BIGINT AS value,
    coalesce(sum(events) FILTER (WHERE kind = 'failure'), 0)::BIGINT AS failures
FROM marks
GROUP BY ALL
ORDER BY weekday ASC, hour ASC
