-- Tests whose newest result on the default branch (or on the chosen branches) is a failure, since when, how often in a
-- row, and what they said. A result without a branch, or of a repository whose default branch nobody knows, counts too.
-- with: branch_results
WITH
red AS (
    SELECT
        repo,
        suite,
        name,
        max(ran_at) FILTER (WHERE status = 'passed') AS green_at,
        count(*) AS runs
    FROM branch_results
    GROUP BY repo, suite, name
    HAVING arg_max(status, (ran_at, attempt, run_id)) IN ('failed', 'error')
),

failures AS (
    SELECT
        branch_results.*,
        green_at,
        runs,
        row_number() OVER (
            PARTITION BY repo, suite, name ORDER BY ran_at DESC, attempt DESC, run_id DESC, branch_results.source ASC
        ) AS age
    FROM branch_results
    INNER JOIN red USING (repo, suite, name)
    WHERE status <> 'passed' AND (green_at IS NULL OR ran_at >= green_at)
)

SELECT
    arg_min(status, age) AS status,
    name,
    arg_min(message, age) AS message,
    repo,
    min(ran_at) AS red_since,
    count(*) AS in_a_row,
    max(ran_at) AS last_at,
    suite,
    arg_min(branch, age) AS branch,
    arg_min(pipeline, age) AS pipeline,
    any_value(runs) AS runs,
    arg_min(run_id, age) AS run,
    arg_max(run_id, age) AS first_run,
    url_encode(concat_ws(' › ', nullif(suite, ''), name)) AS test_link,
    arg_min(team, age) AS team,
    arg_min(source, age) AS source,
    arg_min(url, age) AS url
FROM failures
GROUP BY repo, suite, name
ORDER BY red_since ASC, repo ASC, suite ASC, name ASC
LIMIT 500
