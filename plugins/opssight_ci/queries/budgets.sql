-- Requests that each tool still allows, and in words which tool and when it allows more.
SELECT
    source AS connector,
    min(budget_left) AS budget_left,
    max(budget_resets_at) AS budget_resets_at,
    CASE
        WHEN max(budget_resets_at) > $to
            THEN format('{} · more in {:.0f} min', source, epoch(max(budget_resets_at) - $to) / 60)
        ELSE source
    END AS sentence
FROM collector_run
WHERE budget_left IS NOT NULL AND picked($connector, source)
GROUP BY source
ORDER BY connector ASC
