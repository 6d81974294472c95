-- Each schedule with its interval, its last due moment and what ran then, how many were missed in the time range, and when
-- it is due next. A moment before its first run was not missed.
WITH
counted AS (
    SELECT
        source,
        repo,
        pipeline,
        cron,
        median(interval_seconds) AS interval_seconds,
        max(expected_at) FILTER (WHERE due_by <= $to) AS last_expected_at,
        arg_max(run_id, expected_at) FILTER (WHERE due_by <= $to) AS last_answer,
        arg_max(is_known, expected_at) FILTER (WHERE due_by <= $to) AS is_known,
        max(run_at) FILTER (WHERE run_at < $to) AS last_run_at,
        arg_max(run_id, run_at) FILTER (WHERE run_at < $to) AS last_run,
        arg_max(status, run_at) FILTER (WHERE run_at < $to) AS last_status,
        min(expected_at) FILTER (WHERE expected_at >= $to) AS next_at,
        count(*) FILTER (WHERE expected_at >= $from AND due_by <= $to AND (is_known OR run_id <> '')) AS expected,
        count(*) FILTER (WHERE expected_at >= $from AND due_by <= $to AND is_known AND run_id = '') AS missed
    FROM schedule_moment
    GROUP BY source, repo, pipeline, cron
)

SELECT
    schedule.pipeline,
    CASE
        WHEN NOT schedule.is_active THEN '– switched off'
        WHEN counted.cron IS NULL THEN '! cannot be read'
        WHEN counted.last_answer = '' AND counted.is_known THEN '✕ missed'
        WHEN counted.last_run IS NULL THEN '! never ran'
        ELSE '✓ on time'
    END AS state,
    counted.last_expected_at,
    counted.last_run_at,
    counted.last_status,
    counted.missed,
    counted.interval_seconds,
    schedule.repo,
    schedule.cron,
    schedule.timezone,
    counted.expected,
    counted.next_at,
    schedule.team,
    schedule.source,
    coalesce(counted.last_run, nullif(schedule.last_run_id, '')) AS run,
    schedule.url
FROM schedule
LEFT JOIN counted
    ON
        schedule.source = counted.source AND schedule.repo = counted.repo
        AND schedule.pipeline = counted.pipeline AND schedule.cron = counted.cron
WHERE
    picked($team, schedule.team)
    AND picked($repo, schedule.repo)
    AND (
        ($service IS NULL AND $environment IS NULL)
        OR schedule.repo IN (
            SELECT deployment.repo
            FROM deployment
            WHERE picked($service, deployment.service) AND picked($environment, deployment.environment)
        )
    )
    AND picked($pipeline, schedule.pipeline)
ORDER BY
    state = '✕ missed' DESC, starts_with(state, '!') DESC, counted.missed DESC NULLS LAST,
    schedule.repo ASC, schedule.pipeline ASC, schedule.cron ASC, schedule.source ASC
