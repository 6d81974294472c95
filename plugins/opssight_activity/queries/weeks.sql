-- The calendar: a row a week, a column a day, in the chosen time zone, newest week first; what is counted is as in
-- `calendar`. `total` is the week's, with its failures; the columns that end in _from are the moments at which days begin.
-- default timezone: UTC
-- with: marks, dates
WITH
counts AS (
    SELECT
        date_trunc('day', happened_at) AS day,
        sum(value) AS value,
        coalesce(sum(events) FILTER (WHERE kind = 'failure'), 0) AS failures
    FROM marks
    GROUP BY ALL
),

filled AS (
    SELECT
        date_trunc('week', day)::TIMESTAMP AS week,
        day,
        coalesce(value, 0) AS value,
        coalesce(failures, 0) AS failures
    FROM dates
    LEFT JOIN counts USING (day)
)

SELECT
    strftime(week, '%Y-%m-%d') AS week_of,
    sum(value) FILTER (WHERE isodow(day) = 1)::BIGINT AS monday,
    sum(value) FILTER (WHERE isodow(day) = 2)::BIGINT AS tuesday,
    sum(value) FILTER (WHERE isodow(day) = 3)::BIGINT AS wednesday,
    sum(value) FILTER (WHERE isodow(day) = 4)::BIGINT AS thursday,
    sum(value) FILTER (WHERE isodow(day) = 5)::BIGINT AS friday,
    sum(value) FILTER (WHERE isodow(day) = 6)::BIGINT AS saturday,
    sum(value) FILTER (WHERE isodow(day) = 7)::BIGINT AS sunday,
    concat_ws(
        ' · ',
        format('{:,}', sum(value)::BIGINT),
        if(sum(failures) > 0, format('✕ {:,}', sum(failures)::BIGINT), NULL)
    ) AS total,
    epoch_ms(timezone($timezone[1], week + INTERVAL '0 days'))::VARCHAR AS monday_from,
    epoch_ms(timezone($timezone[1], week + INTERVAL '1 days'))::VARCHAR AS tuesday_from,
    epoch_ms(timezone($timezone[1], week + INTERVAL '2 days'))::VARCHAR AS wednesday_from,
    epoch_ms(timezone($timezone[1], week + INTERVAL '3 days'))::VARCHAR AS thursday_from,
    epoch_ms(timezone($timezone[1], week + INTERVAL '4 days'))::VARCHAR AS friday_from,
    epoch_ms(timezone($timezone[1], week + INTERVAL '5 days'))::VARCHAR AS saturday_from,
    epoch_ms(timezone($timezone[1], week + INTERVAL '6 days'))::VARCHAR AS sunday_from,
    epoch_ms(timezone($timezone[1], week + INTERVAL '7 days'))::VARCHAR AS next_from
FROM filled
GROUP BY week
ORDER BY week DESC
