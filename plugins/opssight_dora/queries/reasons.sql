-- Kinds of reasons why deployments or changes are left out, the most frequent first. `of` is deployments or changes.
-- shape: variable
SELECT
    reason AS text,
    reason AS value
FROM (
    SELECT split_part(left_out, ':', 1) AS reason
    FROM dora_deployment
    WHERE left_out <> '' AND picked($of, 'deployments') AND picked($team, team)
    UNION ALL
    SELECT split_part(left_out, ':', 1) AS reason
    FROM dora_change
    WHERE left_out <> '' AND picked($of, 'changes') AND picked($team, team)
)
GROUP BY reason
ORDER BY count(*) DESC, reason ASC
