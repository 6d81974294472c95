-- How many deployments to production, or changes, are left out, and the reason that leaves out the most. `of` is deployments
-- or changes.
WITH
reasons AS (
    SELECT
        split_part(left_out, ':', 1) AS reason,
        count(*) AS left_out
    FROM dora_deployment
    WHERE
        NOT is_counted
        AND tier = 'production'
        AND coalesce(finished_at, created_at) >= $from
        AND coalesce(finished_at, created_at) < $to
        AND picked($of, 'deployments')
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
    GROUP BY ALL
    UNION ALL
    SELECT
        split_part(left_out, ':', 1) AS reason,
        count(*) AS left_out
    FROM dora_change
    WHERE
        NOT is_counted
        AND coalesce(deployed_at, merged_at, started_at) >= $from
        AND coalesce(deployed_at, merged_at, started_at) < $to
        AND picked($of, 'changes')
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
    GROUP BY ALL
)

SELECT
    coalesce(sum(left_out), 0)::BIGINT AS value,
    coalesce(arg_max(format('{:,} {}', left_out, reason), (left_out, reason)), 'none is left out') AS sentence
FROM reasons
