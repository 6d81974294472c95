-- The newest run that failed and whose jobs are known, else the newest of any: what a board shows while none is chosen.
-- shape: variable
WITH
known AS (
    SELECT
        run.id,
        run.created_at,
        bool_or(run.status = 'failure' AND job.id IS NOT NULL) AS is_told
    FROM pipeline_run AS run
    LEFT JOIN pipeline_job AS job
        ON run.source = job.source AND run.id = job.run_id AND job.status = 'failure'
    WHERE
        run.created_at < $to
        AND picked($team, run.team)
        AND picked($repo, run.repo)
    GROUP BY run.id, run.created_at
)

SELECT
    id AS text,
    id AS value
FROM known
ORDER BY is_told DESC, created_at DESC, id ASC
LIMIT 1
