-- How many tests fail now on the default branch (or on the chosen branches), and the repository with the most of them.
-- with: branch_results
WITH
newest AS (
    SELECT
        repo,
        suite,
        name,
        arg_max(status, (ran_at, attempt, run_id)) IN ('failed', 'error') AS is_bad
    FROM branch_results
    GROUP BY repo, suite, name
),

repositories AS (
    SELECT
        repo,
        count(*) AS tests,
        count(*) FILTER (WHERE is_bad) AS failing
    FROM newest
    GROUP BY repo
),

counted AS (
    SELECT
        sum(failing)::BIGINT AS failing,
        sum(tests)::BIGINT AS tests,
        arg_max(split_part(repo, '/', -1), (failing, repo)) AS worst
    FROM repositories
)

SELECT
    failing AS value,
    CASE
        WHEN failing = 0 THEN format('of {:,}, none', tests)
        ELSE format('of {:,} · {}', tests, worst)
    END AS sentence
FROM counted
WHERE tests > 0
