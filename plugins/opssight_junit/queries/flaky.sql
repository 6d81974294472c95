-- How many tests both passed and failed on one commit, and their share of all.
-- with: chosen_results
WITH
results AS (
    SELECT
        repo,
        suite,
        name,
        coalesce(nullif(sha, ''), run_id) AS place,
        status <> 'passed' AS is_bad,
        is_flaky
    FROM chosen_results
    WHERE
        ran_at >= $from
        AND ran_at < $to
        AND status <> 'skipped'
),

tests AS (
    SELECT
        repo,
        suite,
        name,
        bool_or(is_bad OR is_flaky) AS is_suspect
    FROM results
    GROUP BY repo, suite, name
),

doubts AS (
    SELECT
        repo,
        suite,
        name
    FROM results
    SEMI JOIN (SELECT * FROM tests WHERE is_suspect) AS suspects USING (repo, suite, name)
    GROUP BY repo, suite, name, place
    HAVING bool_or(is_flaky) OR (bool_or(is_bad) AND NOT bool_and(is_bad))
),

flaky AS (
    SELECT DISTINCT *
    FROM doubts
)

SELECT
    (SELECT count(*) FROM flaky) AS value,
    format('{:.1f} % of {:,}', 100 * (SELECT count(*) FROM flaky) / count(*), count(*)) AS sentence
FROM tests
HAVING count(*) > 0
