-- Runs, newest first, each attempt a row. A chosen run is shown whatever the time range.
-- limit: 2000
SELECT
    status,
    pipeline,
    title,
    repo,
    branch,
    created_at,
    epoch(finished_at - started_at) AS duration_seconds,
    actor,
    attempt,
    sha,
    queued_seconds,
    number,
    event,
    started_at,
    finished_at,
    team,
    source,
    id AS run,
    url
FROM pipeline_run
WHERE
    (coalesce($run, $otherwise) IS NOT NULL OR (created_at >= $from AND created_at < $to))
    AND picked(coalesce($run, $otherwise), id)
    AND picked($team, team)
    AND picked($repo, repo)
    AND picked($pipeline, pipeline)
    AND picked($branch, branch)
    AND picked($status, status)
ORDER BY created_at DESC, attempt DESC, id DESC
