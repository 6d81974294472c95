-- How many tests fail now on the default branch (or on the chosen branches), and the repository with the most of them.
WITH
defaults AS (
    SELECT
        repo,
        max(default_branch) AS default_branch
    FROM repository
    WHERE default_branch <> ''
    GROUP BY repo
),

newest AS (
    SELECT
        repo,
        suite,
        name,
        arg_max(status, (ran_at, attempt, run_id)) IN ('failed', 'error') AS is_bad
    FROM test_result
    LEFT JOIN defaults USING (repo)
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
        AND (
            $branch IS NOT NULL
            OR branch = ''
            OR coalesce(default_branch, branch) = branch
        )
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
