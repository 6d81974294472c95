-- The workflow files of the default branch: when each ought to run by itself, and whether it is switched on.
-- title: Workflow files
SELECT
    w.repo,
    w.pipeline,
    w.path,
    w.state,
    array_to_string(w.crons, ', ') AS crons,
    max(r.created_at) AS last_run_at,
    w.url
FROM github_workflow AS w
LEFT JOIN pipeline_run AS r
    ON w.source = r.source AND w.repo = r.repo AND w.pipeline = r.pipeline AND r.created_at BETWEEN $from AND $to
WHERE picked($repo, w.repo)
GROUP BY ALL
ORDER BY w.repo, w.pipeline
