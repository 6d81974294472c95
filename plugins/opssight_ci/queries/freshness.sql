-- Each collector and scope: when it last finished, how late it is, what it read, its error and what is left of its budget.
SELECT
    CASE
        WHEN lag_seconds > 10 * every_seconds THEN 'stale'
        WHEN lag_seconds > 3 * every_seconds THEN 'late'
        ELSE 'fresh'
    END AS state,
    source AS connector,
    collector,
    scope,
    error,
    succeeded_at,
    failures,
    "rows",
    budget_left,
    requests,
    epoch(finished_at - started_at) AS took_seconds,
    lag_seconds,
    every_seconds,
    budget_resets_at
FROM (
    SELECT
        *,
        greatest(epoch($to - coalesce(succeeded_at, started_at)), 0) AS lag_seconds
    FROM collector_run
)
WHERE picked($connector, source)
ORDER BY lag_seconds / greatest(every_seconds, 1) DESC, connector ASC, collector ASC, scope ASC
