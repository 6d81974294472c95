-- Stretches that a collector could not read whole, newest first: numbers within them are too low.
SELECT
    source AS connector,
    collector,
    scope,
    reason,
    first_at,
    last_at
FROM gap
WHERE picked($connector, source)
ORDER BY first_at DESC, connector ASC, scope ASC
