-- Why deployments (of every tier) and changes are left out, one row a kind of reason, the most frequent first. `of` is deployments or changes.
WITH
each_row AS (
    SELECT
        'deployments' AS of,
        split_part(left_out, ':', 1) AS reason,
        coalesce(finished_at, created_at) AS happened_at,
        service,
        left_out AS example
    FROM dora_deployment
    WHERE
        NOT is_counted
        AND coalesce(finished_at, created_at) >= $from
        AND coalesce(finished_at, created_at) < $to
        AND picked($of, 'deployments')
        AND picked($team, team)
        AND picked($service, service)
        AND picked($repo, repo)
        AND picked($environment, environment)
    UNION ALL
    SELECT
        'changes' AS of,
        split_part(left_out, ':', 1) AS reason,
        coalesce(deployed_at, merged_at, started_at) AS happened_at,
        service,
        left_out AS example
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
)

SELECT
    if(reason = '', 'no reason is known', reason) AS reason,
    count(*) AS left_out,
    count(*) / sum(count(*)) OVER (PARTITION BY of) AS share,
    count(DISTINCT service) AS services,
    max(happened_at) AS last_at,
    max_by(example, (happened_at, example)) AS example,
    of
FROM each_row
GROUP BY reason, of
ORDER BY of DESC, left_out DESC, reason ASC
