-- Tests that both passed and failed on one commit, in tries of one attempt, in attempts, or in runs; a result without a
-- commit is compared within its run. The rate is the share of the commits on which that happened. Minutes lost: of each
-- attempt that failed with it the time the attempt took (the test's own, where the run is not known), and the tries.
-- with: chosen_results
WITH
results AS (
    SELECT
        *,
        coalesce(nullif(sha, ''), run_id) AS place,
        status <> 'passed' AS is_bad
    FROM chosen_results
    WHERE
        ran_at >= $from
        AND ran_at < $to
        AND status <> 'skipped'
),

suspects AS (
    SELECT DISTINCT
        repo,
        suite,
        name
    FROM results
    WHERE is_bad OR is_flaky
),

commits AS (
    SELECT
        repo,
        suite,
        name,
        place,
        max(ran_at) AS doubted_at,
        bool_or(is_flaky) OR (bool_or(is_bad) AND NOT bool_and(is_bad)) AS is_in_doubt
    FROM results
    SEMI JOIN suspects USING (repo, suite, name)
    GROUP BY repo, suite, name, place
),

tests AS (
    SELECT
        repo,
        suite,
        name,
        count(*) AS commits,
        count(*) FILTER (WHERE is_in_doubt) AS flaky_commits,
        arg_max(place, (doubted_at, place)) FILTER (WHERE is_in_doubt) AS last_place
    FROM commits
    GROUP BY repo, suite, name
    HAVING bool_or(is_in_doubt)
),

doubtful AS (
    SELECT
        results.*,
        flaky_commits,
        tests.commits,
        place = last_place AS is_example
    FROM results
    INNER JOIN tests USING (repo, suite, name)
    SEMI JOIN (SELECT * FROM commits WHERE is_in_doubt) AS doubts USING (repo, suite, name, place)
),

attempts AS (
    SELECT
        repo,
        id AS run_id,
        attempt,
        max(epoch(finished_at - started_at)) AS attempt_seconds
    FROM pipeline_run
    SEMI JOIN (SELECT repo, run_id AS id FROM doubtful WHERE is_bad) AS failed USING (repo, id)
    GROUP BY repo, id, attempt
)

SELECT
    name,
    any_value(flaky_commits) / any_value(doubtful.commits) AS flake_rate,
    sum(
        CASE
            WHEN is_bad THEN coalesce(attempt_seconds, duration_seconds, 0)
            ELSE (tries - 1) * coalesce(duration_seconds, 0)
        END
    ) / 60 AS lost_minutes,
    any_value(flaky_commits) AS flaky_commits,
    any_value(doubtful.commits) AS commits,
    max(ran_at) FILTER (WHERE is_bad OR is_flaky) AS last_at,
    repo,
    suite,
    arg_max(run_id, (is_bad, ran_at, run_id)) FILTER (WHERE is_example AND (is_bad OR is_flaky)) AS run,
    arg_max(run_id, (ran_at, run_id)) FILTER (WHERE is_example AND NOT is_bad) AS passed_run,
    any_value(sha) FILTER (WHERE is_example) AS sha,
    url_encode(concat_ws(' › ', nullif(suite, ''), name)) AS test_link,
    arg_max(team, ran_at) AS team
FROM doubtful
LEFT JOIN attempts USING (repo, run_id, attempt)
GROUP BY repo, suite, name
ORDER BY lost_minutes DESC, flake_rate DESC, repo ASC, suite ASC, name ASC
LIMIT 500
