-- The newest run that failed and whose failed job is known, else the newest of any: what a board shows while none is
-- chosen.
-- shape: variable
WITH
known AS (
    SELECT
        run.source,
        run.id,
        max(run.created_at) AS created_at,
        arg_max(run.status, run.attempt) = 'failure' AND bool_or(job.id IS NOT NULL) AS is_told
    FROM pipeline_run AS run
    LEFT JOIN pipeline_job AS job
        ON run.source = job.source AND run.id = job.run_id AND run.attempt = job.attempt AND job.status = 'failure'
    WHERE
        run.created_at < $to
        AND picked($team, run.team)
        AND picked($repo, run.repo)
    GROUP BY run.source, run.id
)

SELECT
    id AS text,
    id AS value
FROM known
ORDER BY is_told DESC, created_at DESC, id ASC
LIMIT 1
