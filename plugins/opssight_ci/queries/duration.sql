-- Median seconds that ended runs took, with the change against the period before in words.
WITH
ended AS (
    SELECT
        epoch(finished_at - started_at) AS seconds,
        created_at >= $from AS is_now
    FROM pipeline_run
    WHERE
        created_at >= $from - ($to - $from)
        AND created_at < $to
        AND status IN ('success', 'failure')
        AND picked($team, team)
        AND picked($repo, repo)
        AND picked($pipeline, pipeline)
),

medians AS (
    SELECT
        median(seconds) FILTER (WHERE is_now) AS seconds,
        median(seconds) FILTER (WHERE NOT is_now) AS previous,
        quantile_cont(seconds, 0.95) FILTER (WHERE is_now) AS p95
    FROM ended
)

SELECT
    seconds AS value,
    CASE
        WHEN previous IS NULL OR previous = 0 THEN format('p95 {:.1f} min', p95 / 60)
        WHEN seconds >= previous THEN format('▲ {:.0f} % · p95 {:.1f} min', 100 * (seconds / previous - 1), p95 / 60)
        ELSE format('▼ {:.0f} % · p95 {:.1f} min', 100 * (1 - seconds / previous), p95 / 60)
    END AS sentence
FROM medians
WHERE seconds IS NOT NULL
