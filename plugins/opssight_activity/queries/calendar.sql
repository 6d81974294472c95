-- Commits, merged pull requests, deployments and failures of each day, in the chosen time zone; `value` is all but the
-- failures. Bots' commits and pull requests and merge commits are left out. A selection of one or two people shows
-- deployments and failures alone, unless they are yourself or you may see single people.
-- default timezone: UTC
-- with: marks, dates
WITH
counts AS (
    SELECT
        date_trunc('day', happened_at) AS day,
        sum(value) AS value,
        sum(events) FILTER (WHERE kind = 'commit') AS commits,
        sum(events) FILTER (WHERE kind = 'merge') AS merged,
        sum(events) FILTER (WHERE kind = 'deployment') AS deployments,
        sum(events) FILTER (WHERE kind = 'failure') AS failures
    FROM marks
    GROUP BY ALL
)

SELECT
    timezone('UTC', timezone($timezone[1], day)) AS day,
    coalesce(value, 0)::BIGINT AS value,
    if(is_shown, coalesce(commits, 0), NULL)::BIGINT AS commits,
    if(is_shown, coalesce(merged, 0), NULL)::BIGINT AS merged,
    coalesce(deployments, 0)::BIGINT AS deployments,
    coalesce(failures, 0)::BIGINT AS failures,
    strftime(day, '%Y-%m-%d') AS date
FROM dates
LEFT JOIN counts USING (day)
CROSS JOIN shown
ORDER BY day ASC
