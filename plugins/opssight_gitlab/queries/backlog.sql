-- How much of what is known to exist was not read in detail yet: files of commits and test reports of jobs.
-- title: Details still to be read
WITH waiting AS (
    SELECT c.repo, 'files' AS details, c.committed_at AS since_at
    FROM "commit" AS c
    LEFT JOIN reading AS g ON c.source = g.source AND g.kind = 'commit' AND c.repo = g.repo AND c.sha = g.id
    WHERE c.source = 'gitlab' AND g.changed_at IS NULL
    UNION ALL
    SELECT j.repo, 'test reports' AS details, j.finished_at AS since_at
    FROM reading AS g
    INNER JOIN pipeline_job AS j ON g.source = j.source AND g.id = j.id
    WHERE g.source = 'gitlab' AND g.kind = 'report' AND g.changed_at IS NULL
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
