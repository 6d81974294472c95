-- The moments at which a job begins (1) or ends (-1).
-- with: busy_jobs
SELECT
    first_step AS step,
    1 AS change
FROM busy_jobs
UNION ALL
SELECT
    last_step AS step,
    -1 AS change
FROM busy_jobs
