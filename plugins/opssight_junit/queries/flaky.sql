-- How many tests both passed and failed on one commit, and their share of all.
WITH
results AS (
    SELECT
        repo,
        suite,
        name,
        coalesce(nullif(sha, ''), run_id) AS place,
        status <> 'passed' AS is_bad,
        is_flaky
    FROM test_result
    WHERE
        ran_at >= $from
        AND ran_at < $to
        AND status <> 'skipped'
        AND picked($team, team)
        AND picked($repo, repo)
        AND picked($branch, branch)
        AND (
            ($service IS NULL AND $environment IS NULL)
            OR repo IN (
                SELECT repo
                FROM deployment
                WHERE
                    picked($service, service)
                    AND picked($environment, environment)
            )
        )
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
