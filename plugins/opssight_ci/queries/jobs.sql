-- Jobs in the order in which they began, with queue time, runner and the step that failed. A chosen run or job is shown
-- whatever the time range.
-- limit: 2000
SELECT
    status,
    name,
    failed_step,
    epoch(finished_at - started_at) AS duration_seconds,
    queued_seconds,
    runner,
    runner_labels,
    attempt,
    pipeline,
    repo,
    branch,
    created_at,
    started_at,
    finished_at,
    needs,
    team,
    source,
    run_id AS run,
    id AS job,
    url
FROM pipeline_job
WHERE
    (coalesce($run, $otherwise) IS NOT NULL OR $job IS NOT NULL OR (created_at >= $from AND created_at < $to))
    AND picked(coalesce($run, $otherwise), run_id)
    AND picked($job, id)
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($pipeline, pipeline)
    AND picked($status, status)
ORDER BY attempt DESC, coalesce(started_at, created_at) ASC, name ASC
