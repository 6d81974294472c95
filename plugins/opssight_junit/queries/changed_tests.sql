-- Tests that were added or are gone: of the repositories that reported tests in this period and in the one before, those
-- that only one of both knows. A test that was renamed is both.
-- with: chosen_results
WITH
results AS (
    SELECT
        *,
        ran_at >= $from AS is_now
    FROM chosen_results
    WHERE
        ran_at >= $from - ($to - $from)
        AND ran_at < $to
),

tests AS (
    SELECT
        repo,
        suite,
        name,
        bool_or(is_now) AS has_now,
        bool_and(is_now) AS is_added
    FROM results
    GROUP BY repo, suite, name
),

repositories AS (
    SELECT repo
    FROM tests
    GROUP BY repo
    HAVING bool_or(has_now) AND NOT bool_and(is_added)
),

changed AS (
    SELECT
        repo,
        suite,
        name,
        is_added
    FROM tests
    SEMI JOIN repositories USING (repo)
    WHERE is_added OR NOT has_now
)

SELECT
    CASE WHEN is_added THEN '+ added' ELSE '− gone' END AS change,
    name,
    repo,
    suite,
    CASE WHEN is_added THEN min(ran_at) ELSE max(ran_at) END AS changed_at,
    CASE
        WHEN is_added THEN arg_min(run_id, (ran_at, run_id))
        ELSE arg_max(run_id, (ran_at, run_id))
    END AS run,
    url_encode(concat_ws(' › ', nullif(suite, ''), name)) AS test_link,
    arg_max(team, ran_at) AS team
FROM results
INNER JOIN changed USING (repo, suite, name)
GROUP BY repo, suite, name, is_added
ORDER BY changed_at DESC, repo ASC, suite ASC, name ASC
LIMIT 500
