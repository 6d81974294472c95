-- How many tests there are, how many came and went against the period before, and the share of results that passed.
-- with: chosen_results
WITH
tests AS (
    SELECT
        repo,
        suite,
        name,
        bool_or(ran_at >= $from) AS is_now,
        bool_or(ran_at < $from) AS is_before,
        count(*) FILTER (WHERE ran_at >= $from AND status = 'passed') AS passed,
        count(*) FILTER (WHERE ran_at >= $from AND status IN ('failed', 'error')) AS failed
    FROM chosen_results
    WHERE
        ran_at >= $from - ($to - $from)
        AND ran_at < $to
    GROUP BY repo, suite, name
),

counted AS (
    SELECT
        count(*) FILTER (WHERE is_now) AS tests,
        bool_or(is_before) AS has_before,
        count(*) FILTER (WHERE is_now AND NOT is_before) AS added,
        count(*) FILTER (WHERE is_before AND NOT is_now) AS gone,
        sum(passed) / nullif(sum(passed) + sum(failed), 0) AS pass_rate
    FROM tests
)

SELECT
    tests AS value,
    CASE
        WHEN has_before THEN format('+{:,} −{:,} tests', added, gone)
        ELSE 'no period before'
    END AS sentence,
    pass_rate
FROM counted
WHERE tests > 0
