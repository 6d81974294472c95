-- Machines that ran jobs in the time range: the share of it that each was busy, and how long it has been idle at its end.
SELECT
    runner AS runner_name,
    sum(
        epoch(least(coalesce(finished_at, $to), $to) - greatest(started_at, $from))
    ) / epoch($to - $from) AS busy_share,
    greatest(epoch($to - max(least(coalesce(finished_at, $to), $to))), 0) AS idle_seconds,
    count(*) AS jobs,
    avg((status = 'failure')::INTEGER) FILTER (WHERE status IN ('success', 'failure')) AS failure_rate,
    arg_max(array_to_string(runner_labels, ', '), (started_at, repo, name, id)) AS runner_label,
    arg_max(name, (started_at, repo, name, id)) AS last_job,
    arg_max(repo, (started_at, repo, name, id)) AS repo,
    arg_max(run_id, (started_at, repo, name, id)) AS run,
    arg_max(url, (started_at, repo, name, id)) AS url
FROM pipeline_job
WHERE
    created_at >= $from - INTERVAL 2 DAY
    AND created_at < $to
    AND runner <> ''
    AND started_at < $to
    AND coalesce(finished_at, $to) > $from
    AND coalesce(finished_at, $to) >= started_at
    AND picked($team, team)
    AND picked($repo, repo)
    AND (
        $service IS NULL
        OR repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
    )
    AND picked($environment, environment)
    AND picked($pipeline, pipeline)
    AND picked($runner_label, array_to_string(runner_labels, ', '))
GROUP BY runner
ORDER BY busy_share DESC, runner_name ASC
LIMIT 500
