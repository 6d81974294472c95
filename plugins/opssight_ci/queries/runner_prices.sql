-- The price of a minute by runner label, and the pattern of the price list that gave it.
SELECT
    coalesce(nullif(runner_label, ''), 'no label') AS runner_label,
    CASE WHEN is_priced THEN usd_a_minute END AS usd_a_minute,
    CASE WHEN is_priced THEN pattern ELSE 'no price is known' END AS pattern,
    count(*) AS repositories
FROM runner_price
WHERE
    picked($team, team)
    AND picked($repo, repo)
    AND (
        $service IS NULL
        OR repo IN (SELECT deployment.repo FROM deployment WHERE list_contains($service, deployment.service))
    )
GROUP BY ALL
ORDER BY usd_a_minute DESC NULLS FIRST, runner_label ASC
