-- Median seconds of test time that a run's attempt spends, all its tests added up, with the change against the period
-- before in words.
-- with: chosen_results
WITH
attempts AS (
    SELECT
        source,
        run_id,
        attempt,
        sum(duration_seconds) AS seconds,
        max(ran_at) >= $from AS is_now
    FROM chosen_results
    WHERE
        ran_at >= $from - ($to - $from)
        AND ran_at < $to
        AND duration_seconds IS NOT NULL
    GROUP BY source, run_id, attempt
),

medians AS (
    SELECT
        median(seconds) FILTER (WHERE is_now) AS seconds,
        median(seconds) FILTER (WHERE NOT is_now) AS previous,
        count(*) FILTER (WHERE is_now) AS runs
    FROM attempts
)

SELECT
    seconds AS value,
    CASE
        WHEN previous IS NULL OR previous = 0 THEN format('{:,} runs', runs)
        WHEN seconds >= previous THEN format('▲ {:.0f} % · {:,} runs', 100 * (seconds / previous - 1), runs)
        ELSE format('▼ {:.0f} % · {:,} runs', 100 * (1 - seconds / previous), runs)
    END AS sentence
FROM medians
WHERE seconds IS NOT NULL
