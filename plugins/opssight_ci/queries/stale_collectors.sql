-- Seconds since each connector's slowest collector last finished, in its own intervals: over 10 is stale.
-- shape: alert
SELECT
    source AS connector,
    max(
        greatest(epoch($to - coalesce(succeeded_at, started_at)), 0) / greatest(every_seconds, 1)
    ) AS value
FROM collector_run
GROUP BY source
ORDER BY connector ASC
