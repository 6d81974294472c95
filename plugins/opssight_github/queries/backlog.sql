-- How much of what is known to exist was not read in detail yet: jobs of attempts and files of commits.
-- title: Details still to be read
WITH waiting AS (
    SELECT r.repo, 'jobs' AS details, r.created_at AS since_at
    FROM pipeline_run AS r
    LEFT JOIN reading AS g
        ON r.source = g.source AND g.kind = 'attempt' AND r.repo = g.repo AND r.id || '/' || r.attempt = g.id
    WHERE r.source = 'github' AND (g.changed_at IS NULL OR g.changed_at < r.updated_at)
    UNION ALL
    SELECT c.repo, 'files' AS details, c.committed_at AS since_at
    FROM "commit" AS c
    LEFT JOIN reading AS g ON c.source = g.source AND g.kind = 'commit' AND c.repo = g.repo AND c.sha = g.id
    WHERE c.source = 'github' AND g.changed_at IS NULL
)

SELECT
    repo,
    details,
    count(*) AS waiting,
    min(since_at) AS oldest_at
FROM waiting
WHERE picked($repo, repo)
GROUP BY repo, details
ORDER BY repo, details
