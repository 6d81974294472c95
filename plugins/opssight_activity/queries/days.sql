-- Commits, merged pull requests, deployments and failures per interval of at least a day. Bots' work and merge commits are
-- left out. A selection of one or two people shows
-- deployments and failures alone, unless they are yourself or you may see single people.
-- shape: timeseries
-- default timezone: UTC
-- with: marks
SELECT
    timezone(
        'UTC', timezone($timezone[1], time_bucket(greatest($interval::INTERVAL, INTERVAL '1 day'), happened_at))
    ) AS time,
    kind,
    sum(events)::BIGINT AS events
FROM marks
GROUP BY ALL
ORDER BY time ASC, kind ASC
