-- The days of the time range, in the chosen time zone.
SELECT unnest(generate_series(
    date_trunc('day', timezone($timezone[1], timezone('UTC', $from::TIMESTAMP))),
    timezone($timezone[1], timezone('UTC', $to::TIMESTAMP)) - INTERVAL '1 microsecond',
    INTERVAL '1 day'
)) AS day
