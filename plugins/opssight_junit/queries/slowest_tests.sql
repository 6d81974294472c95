-- Tests by the 95th percentile of their duration, slowest first, with the change of the median against the period before
-- and the minutes that they took together. Skipped ones and those without a time are left out.
-- with: chosen_results
WITH
results AS (
    SELECT *
    FROM chosen_results
    WHERE
        ran_at >= $from - ($to - $from)
        AND ran_at < $to
        AND status <> 'skipped'
        AND duration_seconds IS NOT NULL
),

slowest AS (
    SELECT
        repo,
        suite,
        name,
        quantile_cont(duration_seconds, [0.5, 0.95]) AS quantiles,
        sum(duration_seconds) / 60 AS minutes,
        count(*) AS runs
    FROM results
    WHERE ran_at >= $from
    GROUP BY repo, suite, name
    ORDER BY quantiles[2] DESC, repo ASC, suite ASC, name ASC
    LIMIT 200
),

details AS (
    SELECT
        repo,
        suite,
        name,
        median(duration_seconds) FILTER (WHERE ran_at < $from) AS p50_before,
        max(ran_at) AS last_at,
        arg_max(run_id, (ran_at, run_id)) AS run,
        arg_max(team, ran_at) AS team
    FROM results
    SEMI JOIN slowest USING (repo, suite, name)
    GROUP BY repo, suite, name
)

SELECT
    name,
    quantiles[2] AS p95_seconds,
    quantiles[1] AS p50_seconds,
    quantiles[1] / nullif(p50_before, 0) - 1 AS p50_change,
    minutes,
    runs,
    repo,
    suite,
    last_at,
    run,
    url_encode(concat_ws(' › ', nullif(suite, ''), name)) AS test_link,
    team
FROM slowest
INNER JOIN details USING (repo, suite, name)
ORDER BY p95_seconds DESC, repo ASC, suite ASC, name ASC
