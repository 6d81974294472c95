-- Work by weekday and hour: a row a weekday, a column an hour, in the chosen time zone; what is counted is as in
-- `calendar`.
-- default timezone: UTC
-- with: marks
WITH
weekdays AS (
    SELECT
        unnest([1, 2, 3, 4, 5, 6, 7]) AS weekday,
        unnest(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']) AS name
)

SELECT
    name,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 0), 0)::BIGINT AS h00,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 1), 0)::BIGINT AS h01,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 2), 0)::BIGINT AS h02,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 3), 0)::BIGINT AS h03,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 4), 0)::BIGINT AS h04,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 5), 0)::BIGINT AS h05,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 6), 0)::BIGINT AS h06,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 7), 0)::BIGINT AS h07,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 8), 0)::BIGINT AS h08,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 9), 0)::BIGINT AS h09,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 10), 0)::BIGINT AS h10,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 11), 0)::BIGINT AS h11,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 12), 0)::BIGINT AS h12,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 13), 0)::BIGINT AS h13,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 14), 0)::BIGINT AS h14,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 15), 0)::BIGINT AS h15,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 16), 0)::BIGINT AS h16,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 17), 0)::BIGINT AS h17,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 18), 0)::BIGINT AS h18,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 19), 0)::BIGINT AS h19,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 20), 0)::BIGINT AS h20,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 21), 0)::BIGINT AS h21,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 22), 0)::BIGINT AS h22,
    coalesce(sum(value) FILTER (WHERE hour(happened_at) = 23), 0)::BIGINT AS h23,
    weekday::VARCHAR AS weekday
FROM weekdays
LEFT JOIN marks ON weekday = isodow(marks.happened_at)
GROUP BY weekday, name
ORDER BY weekday ASC
