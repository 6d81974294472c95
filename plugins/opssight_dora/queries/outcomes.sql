-- Production deployments that did not go well: failed to deploy, rolled back, or failed their users, one row an outcome with
-- its share and the period before.
WITH
ended AS (
    SELECT
        coalesce(finished_at, created_at) >= $from AS is_now,
        status = 'failure' AS has_failed,
        is_rollback AND status = 'success' AS is_rollback,
        is_counted AND is_failure AS is_failure
    FROM dora_deployment
    WHERE
        coalesce(finished_at, created_at) >= $from - ($to - $from)
        AND coalesce(finished_at, created_at) < $to
        AND status IN ('success', 'failure')
        AND tier = 'production'
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
),

counts AS (
    SELECT
        count(*) FILTER (WHERE is_now) AS ended,
        count(*) FILTER (WHERE NOT is_now) AS before,
        count(*) FILTER (WHERE is_now AND has_failed) AS failed,
        count(*) FILTER (WHERE NOT is_now AND has_failed) AS failed_before,
        count(*) FILTER (WHERE is_now AND is_rollback) AS rollbacks,
        count(*) FILTER (WHERE NOT is_now AND is_rollback) AS rollbacks_before,
        count(*) FILTER (WHERE is_now AND is_failure) AS failures,
        count(*) FILTER (WHERE NOT is_now AND is_failure) AS failures_before
    FROM ended
),

outcomes AS (
    SELECT
        unnest(['failed', 'rolled_back', 'failed_users']) AS outcome,
        unnest([failed, rollbacks, failures]) AS value,
        unnest([failed_before, rollbacks_before, failures_before]) AS previous,
        ended,
        before
    FROM counts
)

SELECT
    outcome,
    value,
    CASE
        WHEN before = 0 THEN format('of {:,} ended', ended)
        WHEN value = previous THEN format('of {:,} · = as before', ended)
        WHEN value > previous THEN format('of {:,} · ▲ {:,} more', ended, value - previous)
        ELSE format('of {:,} · ▼ {:,} fewer', ended, previous - value)
    END AS sentence,
    value / nullif(ended, 0) AS share
FROM outcomes
WHERE
    ended > 0
    AND picked($outcome, outcome)
ORDER BY outcome ASC
