-- How old the data of each connector is: since its latest collector last finished, late past three of its intervals,
-- stale past ten, in words.
WITH
passes AS (
    SELECT
        source,
        error,
        every_seconds,
        greatest(epoch($to - coalesce(succeeded_at, started_at)), 0) AS age_seconds
    FROM collector_run
    WHERE picked($connector, source)
),

worst AS (
    SELECT
        source AS connector,
        arg_max(age_seconds, age_seconds / greatest(every_seconds, 1)) AS age_seconds,
        max(age_seconds / greatest(every_seconds, 1)) AS intervals,
        coalesce(arg_max(error, age_seconds / greatest(every_seconds, 1)) FILTER (WHERE error <> ''), '') AS error
    FROM passes
    GROUP BY source
)

SELECT
    connector,
    CASE WHEN intervals > 10 THEN 'stale' WHEN intervals > 3 THEN 'late' ELSE 'fresh' END AS state,
    age_seconds,
    error,
    format(
        '{} {} {}{}',
        CASE WHEN intervals > 10 THEN '✕' WHEN intervals > 3 THEN '!' ELSE '✓' END,
        connector,
        CASE
            WHEN age_seconds < 90 THEN format('{:.0f} s ago', age_seconds)
            WHEN age_seconds < 5400 THEN format('{:.0f} min ago', age_seconds / 60)
            WHEN age_seconds < 172800 THEN format('{:.0f} h ago', age_seconds / 3600)
            ELSE format('{:.0f} days ago', age_seconds / 86400)
        END,
        CASE WHEN error = '' THEN '' ELSE ': ' || error END
    ) AS sentence
FROM worst
ORDER BY connector ASC
